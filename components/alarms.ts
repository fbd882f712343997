import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { AlarmSpec } from "./alarm-spec";
import { backupAlarms, type BackupAlarmsArgs } from "./backups/backup-alarms";
import { isBurstable, memoryGib } from "./database/instance-class";

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
    instanceClass: string;
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
  backups: Omit<BackupAlarmsArgs, "stackName">;
}

/** How alarms are called that say that users are hurt; the others can wait for the mail to be read. */
export const paging = ["edge-5xx-", "edge-healthy-", "edge-unreachable"];

/** Minutes. */
const day = 24 * 60;

/**
 * What Prometheus cannot tell, because it is gone with the cluster: CloudWatch watches database,
 * cache, load balancer, the name from outside, and the age of the last backup and of its copy.
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
    args.database.memberIds.forEach((id) => this.databaseReserves(id));
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

  /** What runs out slowly: memory, transaction ids, and of a burstable class the credits. */
  private databaseReserves(id: string): void {
    const { instanceClass } = this.args.database;
    const member = { namespace: "AWS/RDS", dimensions: { DBInstanceIdentifier: id }, minutes: 10 };
    this.alarm(`database-memory-${id}`, {
      ...member,
      description: "Less than 5 % of the database's memory can be freed: it will swap",
      metric: "FreeableMemory",
      statistic: "Average",
      comparison: "LessThanThreshold",
      threshold: Math.floor(memoryGib(instanceClass) * 0.05 * 1024 ** 3),
    });
    // AWS Database Blog, "Implement an early warning system for transaction ID wraparound in Amazon
    // RDS for PostgreSQL": tell at one billion. At two billion PostgreSQL takes no more writes.
    this.alarm(`database-transactions-${id}`, {
      ...member,
      description: "A billion transaction ids are used: vacuum is behind, and writes would end",
      metric: "MaximumUsedTransactionIDs",
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: 1e9,
    });
    if (isBurstable(instanceClass))
      this.alarm(`database-credits-${id}`, {
        ...member,
        description: "The database's processor credits are spent: it runs on paid surplus",
        metric: "CPUCreditBalance",
        statistic: "Average",
        comparison: "LessThanThreshold",
        threshold: 20,
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
    // A healthy LRU cache is full: it evicts at 100 % of its own memory. What hurts is a node without
    // free memory, which swaps (AWS Knowledge Center, "Why does swapping occur in ElastiCache?").
    this.alarm(`cache-memory-${id}`, {
      ...member,
      description: "A cache node has less than 100 MB of memory free: it will swap",
      metric: "FreeableMemory",
      statistic: "Minimum",
      comparison: "LessThanThreshold",
      threshold: 100e6,
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
      elsewhere: { region: "us-east-1", topicArn: this.args.globalTopicArn },
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

  private backups(): void {
    const { stackName, backups } = this.args;
    for (const [alarm, spec] of Object.entries(backupAlarms({ stackName, ...backups })))
      this.alarm(alarm, spec);
  }

  private hurtsUsers(alarm: string, spec: AlarmSpec): void {
    this.usersHurtArns.push(this.alarm(alarm, spec).arn);
  }

  private alarm(alarm: string, spec: AlarmSpec): cloudwatch.MetricAlarm {
    const { period = 1, minutes } = spec;
    const actions = [spec.elsewhere?.topicArn ?? this.args.topicArn];
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
        region: spec.elsewhere?.region,
      },
      { parent: this },
    );
  }
}
