import { matches } from "../../model/expectation";
import { each, free, leadsTo, only } from "../declaration";

/** Types that many properties lead to. */
export const key = "aws:kms/key:Key";
export const replicaKey = "aws:kms/replicaKey:ReplicaKey";
export const role = "aws:iam/role:Role";
export const securityGroup = "aws:ec2/securityGroup:SecurityGroup";
export const subnet = "aws:ec2/subnet:Subnet";
export const topic = "aws:sns/topic:Topic";
export const logGroup = "aws:cloudwatch/logGroup:LogGroup";
export const bucketType = "aws:s3/bucket:Bucket";

export const network = leadsTo("aws:ec2/vpc:Vpc");

/** A Region other than the stack's own; which one is judged by what is copied there. */
export const region = only(matches(/^[a-z]{2}-[a-z]+-\d$/, "a Region"), "AWS knows no other");

/** Names for people, and what costs are told apart by. */
export const tags = {
  tags: each(free("names for people, and marks that AWS's controllers look for")),
};
