import type * as pulumi from "@pulumi/pulumi";
import type { ObservabilityConfig, Tier } from "../config";
import { Workload } from "./workload";

export interface AlertRulesArgs {
  namespace: string;
  /** The promise, which decides when an SLO's alerts fire. */
  tier: Tier;
  /** What stands before `docs/runbooks/…` in an alert's link; may be empty. */
  runbookBase: ObservabilityConfig["runbookBase"];
  /** When certificates that the program makes end, RFC 3339, by their alert's label. */
  certificates: Record<string, pulumi.Input<string>>;
}

/**
 * What is watched, from `observability/`; a chart's own alerts are in its own release. It runs
 * nothing, and comes after what it is told of, where Prometheus itself comes before.
 */
export class AlertRules extends Workload {
  constructor(name: string, args: AlertRulesArgs, opts: pulumi.ComponentResourceOptions) {
    const { namespace, ...values } = args;
    super("AlertRules", name, namespace, args, opts);
    this.release("release", {
      name: "observability",
      chart: "./charts/observability",
      version: "0.1.0",
      timeoutSeconds: 300,
      values,
    });
    this.registerOutputs({});
  }
}
