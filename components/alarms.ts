import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";

export interface AlarmsArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  topicArn: pulumi.Input<string>;
  /** Topic in us-east-1: Route 53 keeps its metrics there. */
  globalTopicArn: pulumi.Input<string>;
  database: {
    /** Identifiers of the members that CloudWatch keeps metrics of. */
    memberIds: string[];
    /** Those among them that replicate from another. */
    replicaIds: string[];
    maxConnections: number;
    storageGb: number;
  };
  cache: { memberIds: string[] };
  edge: {
    loadBalancer: pulumi.Input<string>;
    targetGroups: Record<string, pulumi.Input<string>>;
    healthCheckId: pulumi.Input<string>;
    certificateArn: pulumi.Input<string>;
  };
  /** A backup older than this is too old, seconds. */
  backupAgeSeconds: number;
}

/** How alarms are called that say that users are hurt; the others can wait for the mail to be read. */
export const paging = ["edge-5xx-", "edge-healthy-", "edge-unreachable"];

/** Minutes. */
const day = 24 * 60;

type Comparison = "GreaterThanThreshold" | "LessThanThreshold";

interface AlarmSpec {
  description: string;
  namespace: string;
  metric: string;
  dimensions: Record<string, pulumi.Input<string>>;
  statistic: "Average" | "Maximum" | "Minimum" | "Sum";
  comparison: Comparison;
  threshold: number;
  /** Minutes that it must last. */
  minutes: number;
  /** Minutes that one figure of the metric is taken over; default 1. */
  period?: number;
  /** What silence means; a missing metric of something that must speak is an alarm. */
  silence?: "breaching" | "notBreaching";
  region?: string;
}

/**
 * What Prometheus cannot tell, because it is gone with the cluster: CloudWatch watches database,
 * cache, load balancer, the name from outside, and the age of the last backup.
 *
 * Costs: about 0.10 US dollars a month per alarm.
 */
export class Alarms extends pulumi.ComponentResource {
  /** Those in the stack's Region that say that users are hurt: errors, or hardly anybody serves. */
  readonly usersHurtArns: pulumi.Output<string>[] = [];

  constructor(
    private readonly name: string,
    private readonly args: AlarmsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Alarms", name, args, opts);
    args.database.memberIds.forEach((id) => this.databaseMember(id));
    args.database.replicaIds.forEach((id) => this.replicaLag(id));
    args.cache.memberIds.forEach((id) => this.cacheMember(id));
    this.edge();
    this.certificate();
    this.backups();
    this.registerOutputs({});
  }

  private databaseMember(id: string): void {
    const { maxConnections, storageGb } = this.args.database;
    const member = {
      namespace: "AWS/RDS",
      dimensions: { DBInstanceIdentifier: id },
      statistic: "Average" as const,
      minutes: 5,
    };
    this.alarm(`database-cpu-${id}`, {
      ...member,
      description: "The database computes more than 80 % of the time",
      metric: "CPUUtilization",
      comparison: "GreaterThanThreshold",
      threshold: 80,
      silence: "breaching",
    });
    this.alarm(`database-storage-${id}`, {
      ...member,
      description: "Less than 15 % of the database's allocated storage is free",
      metric: "FreeStorageSpace",
      comparison: "LessThanThreshold",
      threshold: Math.floor(storageGb * 0.15) * 1024 ** 3,
    });
    this.alarm(`database-connections-${id}`, {
      ...member,
      description: "More than 80 % of max_connections are taken",
      metric: "DatabaseConnections",
      comparison: "GreaterThanThreshold",
      threshold: Math.floor(maxConnections * 0.8),
    });
  }

  private replicaLag(id: string): void {
    this.alarm(`database-lag-${id}`, {
      description: "A reader is more than 30 s behind the writer",
      namespace: "AWS/RDS",
      metric: "ReplicaLag",
      dimensions: { DBInstanceIdentifier: id },
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: 30,
      minutes: 5,
    });
  }

  private cacheMember(id: string): void {
    const member = {
      namespace: "AWS/ElastiCache",
      dimensions: { CacheClusterId: id },
      statistic: "Maximum" as const,
      comparison: "GreaterThanThreshold" as const,
    };
    this.alarm(`cache-memory-${id}`, {
      ...member,
      description: "The cache fills more than 80 % of its memory",
      metric: "DatabaseMemoryUsagePercentage",
      threshold: 80,
      minutes: 5,
    });
    this.alarm(`cache-lag-${id}`, {
      ...member,
      description: "A cache replica is more than 10 s behind: a failover would lose as much",
      metric: "ReplicationLag",
      threshold: 10,
      minutes: 5,
    });
    this.alarm(`cache-failover-${id}`, {
      ...member,
      description: "A cache replica has lost its primary: a failover may be under way",
      metric: "MasterLinkHealthStatus",
      statistic: "Minimum",
      comparison: "LessThanThreshold",
      threshold: 1,
      minutes: 1,
    });
  }

  private edge(): void {
    const { loadBalancer, targetGroups, healthCheckId } = this.args.edge;
    const balancer = { namespace: "AWS/ApplicationELB", statistic: "Sum" as const, minutes: 2 };
    for (const origin of ["ELB", "Target"])
      this.hurtsUsers(`edge-5xx-${origin.toLowerCase()}`, {
        ...balancer,
        description: `More than 10 errors a minute from the ${origin === "ELB" ? "load balancer" : "pods"}`,
        metric: `HTTPCode_${origin}_5XX_Count`,
        dimensions: { LoadBalancer: loadBalancer },
        comparison: "GreaterThanThreshold",
        threshold: 10,
      });
    for (const [service, targetGroup] of Object.entries(targetGroups)) {
      const dimensions = { LoadBalancer: loadBalancer, TargetGroup: targetGroup };
      this.alarm(`edge-unhealthy-${service}`, {
        ...balancer,
        description: `A target of the ${service} fails its health check`,
        metric: "UnHealthyHostCount",
        dimensions,
        statistic: "Maximum",
        comparison: "GreaterThanThreshold",
        threshold: 0,
        minutes: 5,
      });
      this.hurtsUsers(`edge-healthy-${service}`, {
        ...balancer,
        description: `Fewer than two healthy targets of the ${service}: the cluster may be gone`,
        metric: "HealthyHostCount",
        dimensions,
        statistic: "Minimum",
        comparison: "LessThanThreshold",
        threshold: 2,
        silence: "breaching",
      });
    }
    this.alarm("edge-unreachable", {
      description: "The platform does not answer from outside",
      namespace: "AWS/Route53",
      metric: "HealthCheckStatus",
      dimensions: { HealthCheckId: healthCheckId },
      statistic: "Minimum",
      comparison: "LessThanThreshold",
      threshold: 1,
      minutes: 1,
      silence: "breaching",
      region: "us-east-1",
    });
  }

  /** ACM says it twice a day, and nothing any more once it has expired. */
  private certificate(): void {
    this.alarm("edge-certificate", {
      description: "The load balancer's certificate ends within 30 days: ACM could not renew it",
      namespace: "AWS/CertificateManager",
      metric: "DaysToExpiry",
      dimensions: { CertificateArn: this.args.edge.certificateArn },
      statistic: "Minimum",
      comparison: "LessThanThreshold",
      threshold: 30,
      minutes: day,
      period: day,
      silence: "breaching",
    });
  }

  /** The backup job publishes the age; when it no longer does, that is the alarm. */
  private backups(): void {
    this.alarm("backup-age", {
      description: "The newest complete backup is too old, or nobody reports its age",
      namespace: "MiniXdr/Backups",
      metric: "NewestBackupAgeSeconds",
      dimensions: { Stack: this.args.stackName },
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: this.args.backupAgeSeconds,
      minutes: 15,
      silence: "breaching",
    });
  }

  private hurtsUsers(alarm: string, spec: AlarmSpec): void {
    this.usersHurtArns.push(this.alarm(alarm, spec).arn);
  }

  private alarm(alarm: string, spec: AlarmSpec): cloudwatch.MetricAlarm {
    const { period = 1, minutes } = spec;
    const actions = [spec.region ? this.args.globalTopicArn : this.args.topicArn];
    return new cloudwatch.MetricAlarm(
      `${this.name}-${alarm}`,
      {
        name: `${this.args.stackName}-${alarm}`,
        alarmDescription: spec.description,
        namespace: spec.namespace,
        metricName: spec.metric,
        dimensions: spec.dimensions,
        statistic: spec.statistic,
        comparisonOperator: spec.comparison,
        threshold: spec.threshold,
        period: period * 60,
        evaluationPeriods: minutes / period,
        treatMissingData: spec.silence ?? "notBreaching",
        alarmActions: actions,
        okActions: actions,
        region: spec.region,
      },
      { parent: this },
    );
  }
}
