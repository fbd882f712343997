import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as fis from "@pulumi/aws/fis";
import * as iam from "@pulumi/aws/iam";
import { trustPolicy } from "../iam-policy";
import {
  cachePowerLoss,
  databaseFailover,
  podDeletion,
  zoneLoss,
  type Experiment,
} from "./experiments";
import { PodAccess } from "./pod-access";
import { rightsOf, type Targets } from "./rights";

export interface ChaosArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  region: string;
  accountId: pulumi.Input<string>;
  /** Encrypts the log of what experiments did. */
  kmsKeyArn: pulumi.Input<string>;
  /** Alarms that say that users are hurt, five at most; each ends an experiment. */
  stopAlarmArns: pulumi.Input<string>[];
  network: {
    vpcId: pulumi.Input<string>;
    /** By zone, all that are in it. */
    subnetIds: Record<string, pulumi.Input<string>[]>;
  };
  cache: { arn: pulumi.Input<string>; /** Zones that its nodes are in. */ zones: string[] };
  database: { topology: "cluster" | "instance"; arn: pulumi.Input<string> };
  cluster: {
    /** Literal, for the experiments. */
    name: string;
    /** The same as an output, for what has to wait for the cluster. */
    clusterName: pulumi.Input<string>;
  };
  /** Namespace of the application's pods. */
  namespace: string;
}

/** Where AWS's services log on behalf of others, so that one rule of CloudWatch admits them all. */
export const chaosLogGroup = (stackName: string) => `/aws/vendedlogs/fis/${stackName}`;

/**
 * Experiments of AWS's Fault Injection Service on this stack, and on nothing else: they name their
 * targets. They are in every stack, prod too, because they do and cost nothing until a person starts
 * one (docs/runbooks/chaos.md). Each ends by itself when users are hurt, fails to start when it finds
 * no target, and writes a log.
 *
 * Left out: a DB cluster's failover (AWS's action is for Aurora: `npm run failover` does it), nodes
 * (AWS denies to stop Auto Mode's), latency in pods (it needs root, which ours refuse), and zonal
 * shift (a remedy, no fault).
 */
export class Chaos extends pulumi.ComponentResource {
  /** Ids of the experiment templates, by name. */
  readonly templateIds: Record<string, pulumi.Output<string>> = {};
  private readonly targets: Targets;
  private readonly roles = new Map<Experiment["rights"], iam.Role>();

  constructor(
    private readonly name: string,
    private readonly args: ChaosArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Chaos", name, args, opts);
    this.targets = this.named();
    const log = this.log();
    for (const experiment of this.experiments())
      this.templateIds[experiment.name] = this.template(experiment, log).id;
    new PodAccess(
      `${name}-pod-access`,
      {
        clusterName: args.cluster.clusterName,
        roleArn: this.role("pods").arn,
        namespace: args.namespace,
      },
      { parent: this, dependsOn: opts.dependsOn },
    );
    this.registerOutputs({ templateIds: this.templateIds });
  }

  private experiments(): Experiment[] {
    const { network, cache, database, cluster, namespace } = this.args;
    return [
      ...["backend", "frontend"].map((part) => podDeletion(part, cluster.name, namespace)),
      ...Object.keys(network.subnetIds).map((zone) => zoneLoss(zone, this.subnetArns(zone))),
      ...cache.zones.map((zone) => cachePowerLoss(zone, cache.arn)),
      ...(database.topology === "instance" ? [databaseFailover(database.arn)] : []),
    ];
  }

  private template(experiment: Experiment, log: cloudwatch.LogGroup): fis.ExperimentTemplate {
    const { name, description, rights, action, target } = experiment;
    return new fis.ExperimentTemplate(
      `${this.name}-${name}`,
      {
        description,
        roleArn: this.role(rights).arn,
        actions: [
          {
            name,
            actionId: action.id,
            parameters: Object.entries(action.parameters).map(([key, value]) => ({ key, value })),
            target: { key: action.targetKey, value: name },
          },
        ],
        targets: [{ name, ...target }],
        stopConditions: this.args.stopAlarmArns.map((value) => ({
          source: "aws:cloudwatch:alarm",
          value,
        })),
        experimentOptions: {
          accountTargeting: "single-account",
          // An experiment that hits nothing would seem to pass.
          emptyTargetResolutionMode: "fail",
        },
        logConfiguration: {
          logSchemaVersion: 2,
          cloudwatchLogsConfiguration: { logGroupArn: pulumi.interpolate`${log.arn}:*` },
        },
        tags: { Name: `${this.args.stackName}-${name}` },
      },
      { parent: this },
    );
  }

  private role(rights: Experiment["rights"]): iam.Role {
    const known = this.roles.get(rights);
    if (known) return known;
    const { accountId } = this.args;
    const role = new iam.Role(
      `${this.name}-${rights}-role`,
      {
        // For experiments of this account, not for those of another that name this role.
        assumeRolePolicy: trustPolicy("fis.amazonaws.com", ["sts:AssumeRole"], {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: { "aws:SourceArn": this.targets.arn("fis", "experiment/*") },
        }),
      },
      { parent: this },
    );
    new iam.RolePolicy(
      `${this.name}-${rights}-policy`,
      { role: role.name, policy: rightsOf(rights, this.targets) },
      { parent: this },
    );
    this.roles.set(rights, role);
    return role;
  }

  private log(): cloudwatch.LogGroup {
    return new cloudwatch.LogGroup(
      `${this.name}-log`,
      {
        name: chaosLogGroup(this.args.stackName),
        kmsKeyId: this.args.kmsKeyArn,
        retentionInDays: 365,
      },
      { parent: this },
    );
  }

  private named(): Targets {
    const { region, accountId, network, cache, database, cluster } = this.args;
    return {
      arn: (service, resource) =>
        pulumi.interpolate`arn:aws:${service}:${region}:${accountId}:${resource}`,
      clusterName: cluster.name,
      vpcId: network.vpcId,
      subnetArns: Object.keys(network.subnetIds).flatMap((zone) => this.subnetArns(zone)),
      cacheArn: cache.arn,
      databaseArn: database.arn,
    };
  }

  private subnetArns(zone: string): pulumi.Output<string>[] {
    const { region, accountId, network } = this.args;
    return network.subnetIds[zone]!.map(
      (id) => pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:subnet/${id}`,
    );
  }
}
