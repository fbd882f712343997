import type * as pulumi from "@pulumi/pulumi";
import * as ec2 from "@pulumi/aws/ec2";

/** What a closed security group is made of. */
export interface ClosedSecurityGroupArgs {
  vpcId: pulumi.Input<string>;
  /** What it guards, in words. AWS replaces the group when this changes. */
  guards: string;
  /** Its name tag. */
  tag: string;
}

/** A security group without a rule of its own, which would tie it to those that it lets in. */
export function closedSecurityGroup(
  parent: pulumi.ComponentResource,
  name: string,
  { vpcId, guards, tag }: ClosedSecurityGroupArgs,
): ec2.SecurityGroup {
  return new ec2.SecurityGroup(
    name,
    { vpcId, description: `${guards}: rules are added by whoever is let in`, tags: { Name: tag } },
    { parent },
  );
}
