import type { Resource } from "../model/resource";

/** One of Pulumi's options, and the types for which it may be set. */
interface AllowedOption {
  name: string;
  /** Why it is not allowed elsewhere. */
  why: string;
  types: string[];
  isSet(resource: Resource): boolean;
}

/** Every option that changes what becomes of a resource; `ignoreChanges` has a rule of its own. */
export const allowedOptions: AllowedOption[] = [
  {
    name: "protect",
    why: "a change that has to replace what holds no data could not be applied",
    types: [
      "aws:rds/cluster:Cluster",
      "aws:rds/instance:Instance",
      "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "aws:kms/key:Key",
      "aws:kms/replicaKey:ReplicaKey",
      "aws:secretsmanager/secret:Secret",
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:s3/bucket:Bucket",
      "aws:ecr/repository:Repository",
      "aws:ec2/vpc:Vpc",
      "aws:route53/record:Record",
      "eks:index:Cluster",
    ],
    isSet: ({ protect }) => protect,
  },
  {
    name: "retainOnDelete",
    why: "what the program no longer has would go on, unseen",
    // AWS keeps a group that a database still uses, and refuses to delete it.
    types: ["aws:rds/clusterParameterGroup:ClusterParameterGroup"],
    isSet: ({ options }) => options.retainOnDelete,
  },
  {
    name: "deleteBeforeReplace",
    why: "every replacement would be an outage",
    types: [],
    isSet: ({ options }) => options.deleteBeforeReplace,
  },
  {
    name: "replaceOnChanges",
    why: "an update in place would become a replacement",
    types: [],
    isSet: ({ options }) => options.replaceOnChanges.length > 0,
  },
  {
    name: "deletedWith",
    why: "Pulumi would leave it to somebody else's deletion",
    types: [],
    isSet: ({ deletedWith }) => deletedWith !== undefined,
  },
  {
    name: "aliases",
    why: "it could take another resource's place",
    types: [],
    isSet: (resource) => resource.options.aliases.some((alias) => !isOwn(alias, resource)),
  },
  {
    name: "import",
    why: "it would take over what somebody else has made",
    // Which, and when, is the rule takes-over's.
    types: ["aws:ecr/repository:Repository"],
    isSet: ({ options }) => options.importId !== "",
  },
  {
    name: "customTimeouts",
    why: "a time-out of its own may end a healthy change, or wait for a broken one",
    types: [],
    isSet: ({ options }) => options.customTimeouts,
  },
];

/** Whether an alias is an earlier type of the same resource, as the SDKs name them by themselves. */
function isOwn(alias: string, { urn, parent }: Resource): boolean {
  if (alias.startsWith("urn:")) {
    const ancestors = (other: string) => other.slice(0, other.lastIndexOf("$"));
    const name = (other: string) => other.slice(other.lastIndexOf("::"));
    return name(alias) === name(urn) && ancestors(alias) === ancestors(urn);
  }
  try {
    const { spec } = JSON.parse(alias) as { spec?: Record<string, string> };
    return (
      spec?.name === "" && spec.stack === "" && spec.project === "" && spec.parenturn === parent
    );
  } catch {
    return false;
  }
}
