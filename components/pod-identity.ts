import * as pulumi from "@pulumi/pulumi";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import { trustPolicy } from "./iam-policy";

export interface PodIdentityArgs {
  clusterName: pulumi.Input<string>;
  namespace: string;
  serviceAccount: string;
  /** What its pods may do in AWS, and nothing more. */
  policy: iam.PolicyDocument;
}

/**
 * AWS rights of one service account. The role trusts EKS's pod service, not one cluster's issuer,
 * so a rebuilt cluster gets them back by the association alone.
 */
export class PodIdentity extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: PodIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mini-xdr:index:PodIdentity", name, args, opts);
    const role = new iam.Role(
      `${name}-role`,
      {
        assumeRolePolicy: trustPolicy("pods.eks.amazonaws.com", [
          "sts:AssumeRole",
          "sts:TagSession",
        ]),
      },
      { parent: this },
    );
    new iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: args.policy },
      { parent: this },
    );
    new eks.PodIdentityAssociation(
      `${name}-association`,
      {
        clusterName: args.clusterName,
        namespace: args.namespace,
        serviceAccount: args.serviceAccount,
        roleArn: role.arn,
      },
      { parent: this },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
