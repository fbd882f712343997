import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import type { ClusterConfig } from "../config";
import { ClusterAccess } from "./cluster-access";
import { transformed, type Transform } from "./transform";

export interface ClusterArgs extends ClusterConfig {
  /** Literal name; the target groups carry it before the cluster exists. */
  name: string;
  vpcId: pulumi.Input<string>;
  /** Private ones alone: the nodes that AWS starts for itself may be in any of them. */
  privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Encrypts Kubernetes Secrets in etcd. */
  kmsKeyArn: pulumi.Input<string>;
  transform?: { cluster?: Transform<eks.ClusterArgs> };
}

/**
 * EKS in Auto Mode over the private subnets: AWS provisions nodes, disks, pod networking, DNS and
 * the Pod Identity agent. Access is by API entries alone: there is no aws-auth map to lose, and no
 * administrator that nobody named.
 *
 * Losing it loses no data: nothing that holds data, serves a name or keeps backups depends on it.
 * Costs: the control plane by the hour, plus Auto Mode's share of every node.
 */
export class Cluster extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  /** Group of the control plane and of every node and pod; EKS creates it. */
  readonly securityGroupId: pulumi.Output<string>;
  /** Role of the control plane, as which Auto Mode starts nodes and makes volumes. */
  readonly roleArn: pulumi.Output<string>;
  /** Role of the nodes. EKS let it in with the cluster: an entry of ours would be a second one. */
  readonly nodeRoleName: pulumi.Output<string>;
  /** For everything that runs on the cluster; it waits until the API lets the deploy role in. */
  readonly provider: k8s.Provider;

  constructor(
    private readonly name: string,
    private readonly args: ClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Cluster", name, args, opts);
    const cluster = this.controlPlane();
    const access = new ClusterAccess(
      `${name}-access`,
      {
        clusterName: cluster.eksCluster.name,
        deployRoleArn: args.deployRoleArn,
        adminRoleArns: args.adminRoleArns,
      },
      { parent: this },
    );
    this.provider = this.kubernetesProvider(cluster, access);
    this.clusterName = cluster.eksCluster.name;
    this.securityGroupId = cluster.clusterSecurityGroupId;
    this.roleArn = cluster.eksCluster.roleArn;
    this.nodeRoleName = cluster.autoModeNodeRoleName;
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
        privateSubnetIds: args.privateSubnetIds,
        kubernetesServiceIpAddressRange: args.serviceCidr,
        endpointPrivateAccess: true,
        endpointPublicAccess: args.publicAccessCidrs.length > 0,
        publicAccessCidrs: args.publicAccessCidrs.length > 0 ? args.publicAccessCidrs : undefined,
        authenticationMode: eks.AuthenticationMode.Api,
        encryptionConfigKeyArn: args.kmsKeyArn,
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        // The platform's own pool carries the workloads; AWS's carries what AWS runs.
        autoMode: {
          enabled: true,
          createNodeRole: true,
          computeConfig: { nodePools: ["system"] },
        },
        // Auto Mode runs its own; the component adds the add-on to it, but not those of kube-proxy and the VPC CNI.
        corednsAddonOptions: { enabled: false },
        createOidcProvider: false,
        deletionProtection: true,
        upgradePolicy: { supportType: "STANDARD" },
      }),
      { parent: this, transforms: [asDeclared], dependsOn: this.controlPlaneLogs() },
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

  private kubernetesProvider(cluster: eks.Cluster, access: ClusterAccess): k8s.Provider {
    return new k8s.Provider(
      `${this.name}-kubernetes`,
      {
        kubeconfig: access.effective(cluster.kubeconfigJson),
        // Changes with a rebuilt cluster and with nothing else; its ARN would stay the same.
        clusterIdentifier: cluster.eksCluster.createdAt,
      },
      { parent: this, dependsOn: access.granted },
    );
  }
}

/**
 * What the EKS component has no argument for. It makes the cluster's creator an administrator for
 * good, by an entry that nobody sees here (pulumi/pulumi-eks#2373, nodejs/eks/cluster/cluster.ts at
 * v4.3.0); and AWS may steer traffic away from an impaired zone.
 */
const asDeclared: pulumi.ResourceTransform = ({ type, props, opts }) =>
  type === "aws:eks/cluster:Cluster"
    ? {
        props: {
          ...props,
          accessConfig: {
            authenticationMode: eks.AuthenticationMode.Api,
            bootstrapClusterCreatorAdminPermissions: false,
          },
          zonalShiftConfig: { enabled: true },
        },
        opts,
      }
    : undefined;
