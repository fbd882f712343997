import { keeperOf, roleOf } from "../../model/denials";
import { bucketType } from "../../model/buckets";
import { show } from "../../model/expectation";
import { at, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const provider = "pulumi:providers:aws";

export default {
  name: "recovery-account",
  severity: "critical",
  from: "starter",
  demands:
    "Copies in another account are that account's own, and the role that reaches it is of another one than the deploy role.",
  reason: "What this account owns there, its administrators can destroy there.",
  needs: "stack",
  types: [replication, provider],
  judge: (resource, stack, { deployRole }) =>
    resource.type === provider ? another(resource, deployRole) : owned(resource, stack),
} satisfies RuleDefinition;

function another(provider: Resource, deployRole: string | undefined): string[] {
  // The engine names the default providers too; they take no role on.
  if (provider.name.startsWith("default")) return [];
  const role = roleOf(provider);
  const account = accountIn(role);
  return [
    ...(account === undefined
      ? [`assumeRoles.0.roleArn is ${show(role)}; it must be a role of another account`]
      : []),
    ...(account !== undefined && account === accountIn(deployRole)
      ? [`it takes on a role of the stack's own account, ${account}`]
      : []),
  ];
}

function owned(resource: Resource, stack: Stack): string[] {
  const source = stack.behind(resource, "bucket", bucketType);
  const copy = stack.behind(resource, "rules", bucketType).find((one) => !source.includes(one));
  const account = copy && accountIn(keeperOf(copy, stack));
  const destination = at(resource.properties, "rules.0.destination");
  const [named, owner] = ["account", "accessControlTranslation.owner"].map((path) =>
    at(destination, path),
  );
  const wanted = account === undefined ? undefined : "Destination";
  return [
    ...(named === account
      ? []
      : [`its copies' account is ${show(named)}; it must be ${show(account)}`]),
    ...(owner === wanted
      ? []
      : [`its copies' owner is ${show(owner)}; it must be ${show(wanted)}`]),
  ];
}

function accountIn(arn: unknown): string | undefined {
  return typeof arn === "string"
    ? /^arn:aws[\w-]*:iam::(\d{12}):role\/./.exec(arn)?.[1]
    : undefined;
}
