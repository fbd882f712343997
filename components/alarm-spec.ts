import type * as pulumi from "@pulumi/pulumi";

/** An alarm of CloudWatch, without its name and what hears it. */
export interface AlarmSpec {
  description: string;
  namespace: string;
  metric: string;
  dimensions: Record<string, pulumi.Input<string>>;
  statistic: "Average" | "Maximum" | "Minimum" | "Sum";
  comparison: "GreaterThanThreshold" | "LessThanThreshold";
  threshold: number;
  /** Minutes that it must last. */
  minutes: number;
  /** Minutes that one figure of the metric is taken over; default 1. */
  period?: number;
  /** What silence means; a missing metric of something that must speak is an alarm. */
  silence?: "breaching" | "notBreaching";
  /** Where AWS keeps the metric, and the topic there; absent: in the stack's Region. */
  elsewhere?: { region: string; topicArn: pulumi.Input<string> };
}
