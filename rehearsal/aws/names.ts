import { accountId } from "../../plan/stand-ins";
import type { Properties } from "./cloud";

/** How AWS answers somebody who asks for a name that there is already. */
interface Naming {
  /** What the API calls the thing. */
  name(inputs: Properties): unknown;
  /** Whether the name is the account's, or one of its Region. */
  scope: "account" | "region";
  /** The API's own refusal; absent: it takes the name over, without a word. */
  refusal?(name: string, region: string): string;
}

const called =
  (property: string) =>
  (inputs: Properties): unknown =>
    inputs[property];

/** Of a Region, under a property, refused with an error of that name. */
const regional = (property: string, error: string): Naming => ({
  name: called(property),
  scope: "region",
  refusal: (name) => `${error}: ${name} already exists`,
});

/**
 * The names of every type that has any, and the errors that the API reference of each service lists
 * for its creating operation: CreateAlias, CreateRepository, CreateSecret, CreateBucket, CreateRole
 * and so on. A type that is not here has ids only, or a name that the provider draws.
 */
export const namings: Record<string, Naming> = {
  "aws:cloudwatch/logGroup:LogGroup": regional("name", "ResourceAlreadyExistsException"),
  // PutRule: "if you are updating an existing rule, the rule is replaced".
  "aws:cloudwatch/eventRule:EventRule": { name: called("name"), scope: "region" },
  // PutMetricAlarm: "if you specify an existing alarm, it is overwritten".
  "aws:cloudwatch/metricAlarm:MetricAlarm": { name: called("name"), scope: "region" },
  "aws:ecr/repository:Repository": {
    name: called("name"),
    scope: "region",
    refusal: (name) =>
      `RepositoryAlreadyExistsException: The repository with name '${name}' already exists in the registry with id '${accountId}'`,
  },
  "aws:eks/cluster:Cluster": regional("name", "ResourceInUseException"),
  "aws:elasticache/replicationGroup:ReplicationGroup": regional(
    "replicationGroupId",
    "ReplicationGroupAlreadyExists",
  ),
  "aws:elasticache/subnetGroup:SubnetGroup": regional("name", "CacheSubnetGroupAlreadyExists"),
  "aws:iam/role:Role": {
    name: called("name"),
    scope: "account",
    refusal: (name) => `EntityAlreadyExists: Role with name ${name} already exists.`,
  },
  "aws:kms/alias:Alias": {
    name: called("name"),
    scope: "region",
    refusal: (name, region) =>
      `AlreadyExistsException: An alias with the name arn:aws:kms:${region}:${accountId}:${name} already exists`,
  },
  "aws:lb/loadBalancer:LoadBalancer": regional("name", "DuplicateLoadBalancerName"),
  "aws:lb/targetGroup:TargetGroup": regional("name", "DuplicateTargetGroupName"),
  "aws:rds/cluster:Cluster": regional("clusterIdentifier", "DBClusterAlreadyExistsFault"),
  "aws:rds/eventSubscription:EventSubscription": regional("name", "SubscriptionAlreadyExist"),
  "aws:rds/instance:Instance": regional("identifier", "DBInstanceAlreadyExists"),
  "aws:rds/subnetGroup:SubnetGroup": regional("name", "DBSubnetGroupAlreadyExists"),
  "aws:route53/record:Record": {
    name: ({ name, type }) => `${String(name).replace(/\.$/, "")} ${String(type)}`,
    scope: "account",
    refusal: (name) => {
      const [domain, type] = name.split(" ");
      return `InvalidChangeBatch: Tried to create resource record set [name='${domain}.', type='${type}'] but it already exists`;
    },
  },
  "aws:s3/bucket:Bucket": {
    name: called("bucket"),
    scope: "account",
    refusal: (name) => `BucketAlreadyOwnedByYou: ${name}`,
  },
  "aws:secretsmanager/secret:Secret": {
    name: called("name"),
    scope: "region",
    refusal: (name) =>
      `ResourceExistsException: The operation failed because the secret ${name} already exists.`,
  },
  // CreateTopic "returns the existing topic's ARN".
  "aws:sns/topic:Topic": { name: called("name"), scope: "region" },
};

/** Types whose API has one endpoint for the whole account; the rest is asked in a Region. */
const global = ["aws:iam/", "aws:route53/"];

/** The Region in which a resource is asked for; undefined where there is none to ask. */
export function regionAsked(type: string, inputs: Properties, own: string): string | undefined {
  if (!type.startsWith("aws:") || global.some((prefix) => type.startsWith(prefix)))
    return undefined;
  return typeof inputs.region === "string" ? inputs.region : own;
}
