import * as pulumi from "@pulumi/pulumi";
import * as iam from "@pulumi/aws/iam";
import * as k8s from "@pulumi/kubernetes";
import { allow } from "./iam-policy";

export interface NodesArgs {
  /** Zones that nodes may start in. */
  zones: string[];
  /** Private ones, with a way out. */
  subnetIds: pulumi.Input<string>[];
  /** Group of every node and pod. */
  securityGroupId: pulumi.Input<string>;
  /** Role of the nodes: the cluster's own, which EKS has let in already. */
  nodeRoleName: pulumi.Input<string>;
  /** Role as which Auto Mode starts them. */
  clusterRoleArn: pulumi.Output<string>;
  /** What nodes and volumes cost is told apart by them. */
  tags: Record<string, string>;
}

/**
 * AWS's own class is called `default`: it uses any subnet of the cluster, tags nothing, and takes no
 * changes. AWS's `system` pool keeps it, so those few nodes carry EKS's tags alone.
 */
const nodeClass = "workloads";

/**
 * A ceiling on what a mistake can cost: four times the nodes that prod needs while a zone is lost
 * and its autoscalers are at their maximum. Nodes count until they are deleted, lost ones too.
 */
const limits = { cpu: "64", memory: "256Gi" };

/**
 * Where pods run: nodes on demand, in the private subnets of every zone, that replace themselves
 * one at a time.
 *
 * Deleting the pool drains and ends every node, and lasts until that is done; deleting the class
 * waits for the pool. So both are made before everything that runs on them, and deleted after it.
 * Costs: what the pods request, in whole instances, plus Auto Mode's share.
 */
export class Nodes extends pulumi.ComponentResource {
  constructor(
    private readonly name: string,
    private readonly args: NodesArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Nodes", name, args, opts);
    const tagging = this.tagging();
    const ofNodes = this.nodeClass(tagging);
    this.nodePool(ofNodes);
    this.registerOutputs({});
  }

  /** AWS's policies for Auto Mode allow its own tags alone (Amazon EKS User Guide, Custom AWS tags for EKS Auto resources). */
  private tagging(): iam.RolePolicy {
    return new iam.RolePolicy(
      `${this.name}-tags-policy`,
      {
        role: this.args.clusterRoleArn.apply((arn) => arn.split("/").at(-1)!),
        policy: taggingRights,
      },
      { parent: this },
    );
  }

  private nodeClass(tagging: pulumi.Resource): k8s.apiextensions.CustomResource {
    const { args } = this;
    return new k8s.apiextensions.CustomResource(
      `${this.name}-class`,
      {
        apiVersion: "eks.amazonaws.com/v1",
        kind: "NodeClass",
        metadata: { name: nodeClass },
        spec: {
          role: args.nodeRoleName,
          subnetSelectorTerms: args.subnetIds.map((id) => ({ id })),
          securityGroupSelectorTerms: [{ id: args.securityGroupId }],
          tags: args.tags,
        },
      },
      { parent: this, dependsOn: tagging },
    );
  }

  private nodePool(ofNodes: pulumi.Resource): void {
    new k8s.apiextensions.CustomResource(
      `${this.name}-pool`,
      {
        apiVersion: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: { name: "workloads" },
        spec: {
          limits,
          disruption: {
            consolidationPolicy: "WhenEmptyOrUnderutilized",
            consolidateAfter: "5m",
            // One node at a time: every workload's own budget allows one eviction.
            budgets: [{ nodes: "1" }],
          },
          template: {
            spec: {
              nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: nodeClass },
              expireAfter: "336h",
              // A restore may take four hours and a verification six; a drain that never ends still ends.
              terminationGracePeriod: "7h",
              requirements: [
                {
                  key: "topology.kubernetes.io/zone",
                  operator: "In",
                  values: this.args.zones,
                },
                { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
                {
                  key: "eks.amazonaws.com/instance-category",
                  operator: "In",
                  values: ["c", "m", "r"],
                },
                { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
              ],
            },
          },
        },
      },
      { parent: this, dependsOn: ofNodes },
    );
  }
}

/** Only what is made for this cluster: EKS names it in its session and in each request. */
const ofThisCluster = {
  StringEquals: {
    "aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}",
  },
};

/** To make nodes, their interfaces and volumes with tags of ours; not load balancers: it has none. */
const taggingRights = allow(
  {
    Action: ["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate"],
    Resource: "*",
    Condition: {
      ...ofThisCluster,
      StringLike: {
        "aws:RequestTag/eks:kubernetes-node-class-name": "*",
        "aws:RequestTag/eks:kubernetes-node-pool-name": "*",
      },
    },
  },
  {
    Action: ["ec2:CreateVolume", "ec2:CreateSnapshot"],
    Resource: ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"],
    Condition: ofThisCluster,
  },
  {
    Action: "ec2:CreateNetworkInterface",
    Resource: "*",
    Condition: {
      ...ofThisCluster,
      StringLike: { "aws:RequestTag/eks:kubernetes-cni-node-name": "*" },
    },
  },
);
