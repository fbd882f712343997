import {
  backupIdentities,
  fromLostStack,
  toAnotherAccount,
  type Right,
} from "../../declared/backup-identities";
import { keeperOf, pathOf } from "../../model/denials";
import { documentOf } from "../../model/policy-document";
import { at, list, unknown, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import { signsWith } from "../../model/vault-keys";
import type { Settings } from "../../model/settings";

const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const bucket = "aws:s3/bucket:Bucket";

export default {
  name: "backup-identities",
  severity: "critical",
  from: "starter",
  demands:
    "Each identity of the backup, and what copies it, may do what policies/declared/backup-identities says, with the things and under the conditions that it says, and nothing else.",
  reason:
    "With the rights of another a job could forge a backup, read the database's rows, or let everything expire.",
  needs: "stack",
  types: [rolePolicy],
  judge: (policy, stack, settings) => {
    const declared = declaredFor(policy.name, stack, settings);
    if (!declared) return [];
    const value = policy.properties.policy;
    // What a first preview does not know is judged by the update that follows it.
    if (value === unknown) return [];
    const found = rightsIn(value, keysOf(stack));
    const wanted = new Set(declared.flatMap(triples));
    return [
      ...[...found]
        .filter((right) => !wanted.has(right) && !isOpen(right))
        .map((right) => `it allows ${right}`),
      ...[...wanted]
        .filter((right) => !found.has(right) && !found.has(opened(right)))
        .map((right) => `it does not allow ${right}`),
    ];
  },
} satisfies RuleDefinition;

function declaredFor(name: string, stack: Stack, { recoveryOf }: Settings): Right[] | undefined {
  if (!Object.hasOwn(backupIdentities, name)) return undefined;
  const lost = recoveryOf === undefined ? {} : fromLostStack(recoveryOf);
  const elsewhere = stack.ofType(bucket).some((found) => keeperOf(found, stack) !== undefined);
  return [
    ...backupIdentities[name]!,
    ...(lost[name] ?? []),
    ...((elsewhere && toAnotherAccount[name]) || []),
  ];
}

/** Each action with each thing, under its condition. */
function triples({ actions, on, condition }: Right): string[] {
  const when = condition ? ` where ${JSON.stringify(condition)}` : "";
  return actions.flatMap((action) =>
    on.map((thing) => `${action} with ${thing || "the bucket"}${when}`),
  );
}

function rightsIn(value: unknown, nameOf: (arn: string) => string): Set<string> {
  const statements = list(documentOf(value), "Statement");
  return new Set(
    statements.flatMap((statement) => {
      const condition = at(statement, "Condition");
      return triples({
        actions: [at(statement, "Action")].flat().map(String),
        on: [at(statement, "Resource")].flat().map((thing) => {
          if (thing === unknown) return notKnown;
          const path = pathOf(thing);
          return typeof path === "string" && path.startsWith("arn:") ? nameOf(path) : String(path);
        }),
        condition: condition as object | undefined,
      });
    }),
  );
}

/** Stands for a thing that only exists after creation. */
const notKnown = "something not known yet";

function isOpen(right: string): boolean {
  return right.includes(` with ${notKnown}`);
}

/** The same right as it looks while its thing is not known. */
function opened(right: string): string {
  return right.replace(/ with (.*?)( where|$)/, ` with ${notKnown}$2`);
}

/**
 * Keys by what they are for: the vault's and the copy's by what their buckets are encrypted with, the
 * signing keys by who signs with them. Two that are one are called by the first.
 */
function keysOf(stack: Stack): (arn: string) => string {
  const encrypting = (name: string) =>
    at(
      stack
        .ofType(
          "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        )
        .find((found) => found.name === `backups-${name}-encryption`)?.properties,
      "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    );
  const keys: [name: string, arn: unknown][] = [
    ["vault", encrypting("primary")],
    ["copy", encrypting("recovery")],
    ["manifests", signsWith("dump", stack)],
    ["verifications", signsWith("verify", stack)],
  ];
  return (arn) => {
    if (/:key\/\*$/.test(arn)) return "any";
    return keys.find(([, known]) => known === arn)?.[0] ?? arn;
  };
}
