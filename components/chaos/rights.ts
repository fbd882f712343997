import * as pulumi from "@pulumi/pulumi";
import type * as iam from "@pulumi/aws/iam";
import { allow } from "../iam-policy";
import type { Experiment } from "./experiments";

/** What the experiments may touch, and nothing else. */
export interface Targets {
  /** ARN of something in the stack's Region and account. */
  arn(service: string, resource: pulumi.Input<string>): pulumi.Output<string>;
  clusterName: string;
  vpcId: pulumi.Input<string>;
  subnetArns: pulumi.Input<string>[];
  cacheArn: pulumi.Input<string>;
  databaseArn: pulumi.Input<string>;
}

/** So Fault Injection Service marks what it makes for an experiment and takes away after it. */
const request = { StringEquals: { "aws:RequestTag/managedByFIS": "true" } };

/**
 * Rights of an experiment's role, as AWS's reference of actions lists them for each. A star stands
 * only where AWS has no other resource: to describe, to find by tags, and to deliver logs.
 */
export function rightsOf(kind: Experiment["rights"], targets: Targets): iam.PolicyDocument {
  const { arn } = targets;
  const acls = arn("ec2", "network-acl/*");
  const statements: Record<Experiment["rights"], Parameters<typeof allow>> = {
    pods: [
      { Action: ["eks:DescribeCluster"], Resource: arn("eks", `cluster/${targets.clusterName}`) },
      { Action: ["ec2:DescribeSubnets", "tag:GetResources"], Resource: "*" },
    ],
    network: [
      { Action: ["ec2:CreateNetworkAcl"], Resource: arn("ec2", vpc(targets.vpcId)) },
      { Action: ["ec2:CreateNetworkAcl"], Resource: acls, Condition: request },
      {
        Action: ["ec2:CreateTags"],
        Resource: acls,
        Condition: {
          StringEquals: { ...request.StringEquals, "ec2:CreateAction": "CreateNetworkAcl" },
        },
      },
      {
        Action: ["ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl"],
        Resource: acls,
        Condition: { StringEquals: { "ec2:ResourceTag/managedByFIS": "true" } },
      },
      { Action: ["ec2:ReplaceNetworkAclAssociation"], Resource: [...targets.subnetArns, acls] },
      {
        Action: [
          "ec2:DescribeManagedPrefixLists",
          "ec2:DescribeNetworkAcls",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs",
        ],
        Resource: "*",
      },
    ],
    cache: [
      { Action: ["elasticache:InterruptClusterAzPower"], Resource: targets.cacheArn },
      { Action: ["elasticache:DescribeReplicationGroups", "tag:GetResources"], Resource: "*" },
    ],
    database: [
      { Action: ["rds:RebootDBInstance"], Resource: targets.databaseArn },
      { Action: ["rds:DescribeDBInstances", "tag:GetResources"], Resource: "*" },
    ],
  };
  return allow(...statements[kind], logDelivery);
}

const logDelivery = {
  Action: [
    "logs:CreateLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
  ],
  Resource: "*",
};

function vpc(id: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`vpc/${id}`;
}
