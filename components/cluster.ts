import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import type { ClusterConfig } from "../config";
import { transformed, type Transform } from "./transform";

export interface ClusterArgs extends ClusterConfig {
  /** Literal name; the target groups carry it before the cluster exists. */
  name: string;
  vpcId: pulumi.Input<string>;
  publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Encrypts Kubernetes Secrets in etcd. */
  kmsKeyArn: pulumi.Input<string>;
  transform?: { cluster?: Transform<eks.ClusterArgs> };
}

/**
 * EKS in Auto Mode over the private subnets: AWS provisions nodes, disks, pod networking, DNS and
 * the Pod Identity agent. Access is by API entries alone: there is no aws-auth map to lose.
 *
 * Losing it loses no data: nothing that holds data, serves a name or keeps backups depends on it.
 * Costs: the control plane by the hour, plus Auto Mode's share of every node.
 */
export class Cluster extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  /** Group of the control plane and of every node and pod; EKS creates it. */
  readonly securityGroupId: pulumi.Output<string>;
  /** For everything that runs on the cluster. */
  readonly provider: k8s.Provider;

  constructor(
    private readonly name: string,
    private readonly args: ClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Cluster", name, args, opts);
    const cluster = this.controlPlane();
    this.provider = this.kubernetesProvider(cluster);
    this.clusterName = cluster.eksCluster.name;
    this.securityGroupId = cluster.clusterSecurityGroupId;
    this.registerOutputs({
      clusterName: this.clusterName,
      securityGroupId: this.securityGroupId,
    });
  }

  private controlPlane(): eks.Cluster {
    const { args } = this;
    return new eks.Cluster(
      `${this.name}-control-plane`,
      transformed(args.transform?.cluster, {
        name: args.name,
        version: args.version,
        vpcId: args.vpcId,
        publicSubnetIds: args.publicSubnetIds,
        privateSubnetIds: args.privateSubnetIds,
        kubernetesServiceIpAddressRange: args.serviceCidr,
        endpointPrivateAccess: true,
        endpointPublicAccess: args.publicAccessCidrs.length > 0,
        publicAccessCidrs: args.publicAccessCidrs.length > 0 ? args.publicAccessCidrs : undefined,
        authenticationMode: eks.AuthenticationMode.Api,
        accessEntries: this.administrators(),
        encryptionConfigKeyArn: args.kmsKeyArn,
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        // The platform's own pool carries the workloads; AWS's carries what AWS runs.
        autoMode: {
          enabled: true,
          createNodeRole: true,
          computeConfig: { nodePools: ["system"] },
        },
        createOidcProvider: false,
        deletionProtection: true,
        upgradePolicy: { supportType: "STANDARD" },
      }),
      { parent: this, transforms: [allowZonalShift], dependsOn: this.controlPlaneLogs() },
    );
  }

  /** Created before the cluster: a log group that EKS creates itself keeps its logs indefinitely. */
  private controlPlaneLogs(): cloudwatch.LogGroup {
    return new cloudwatch.LogGroup(
      `${this.name}-logs`,
      { name: `/aws/eks/${this.args.name}/cluster`, retentionInDays: 90 },
      { parent: this },
    );
  }

  private administrators(): Record<string, eks.types.input.AccessEntryArgs> {
    return Object.fromEntries(
      this.args.adminRoleArns.map((principalArn) => [
        principalArn.split("/").pop()!,
        {
          principalArn,
          accessPolicies: {
            admin: {
              policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
              accessScope: { type: "cluster" },
            },
          },
        },
      ]),
    );
  }

  private kubernetesProvider(cluster: eks.Cluster): k8s.Provider {
    return new k8s.Provider(
      `${this.name}-kubernetes`,
      {
        kubeconfig: cluster.kubeconfigJson,
        // Changes with a rebuilt cluster and with nothing else; its ARN would stay the same.
        clusterIdentifier: cluster.eksCluster.createdAt,
      },
      { parent: this },
    );
  }
}

/** AWS may steer traffic away from an impaired zone; the EKS component has no argument for it. */
const allowZonalShift: pulumi.ResourceTransform = ({ type, props, opts }) =>
  type === "aws:eks/cluster:Cluster"
    ? { props: { ...props, zonalShiftConfig: { enabled: true } }, opts }
    : undefined;
