import { bucketType, configures, holdsData } from "../../model/buckets";
import { dumpPrefixes, promisedDays } from "../../declared/recovery";
import { at, list, numberAt } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

export default {
  name: "bucket-lifecycle",
  severity: "high",
  from: "starter",
  demands:
    "Earlier versions and unfinished uploads of a bucket with data expire; a backup itself only once it is marked as pruned, and then all of it; in the copy by its age alone, longer than it is promised.",
  reason:
    "A plain expiration deletes good backups while new ones fail; without any, the bucket grows indefinitely. What tags decide, whoever may tag decides: not so in the copy.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack) => {
    const lifecycle = configures(bucket, "BucketLifecycleConfiguration", stack);
    if (!lifecycle) return ["no BucketLifecycleConfiguration configures it"];
    const rules = list(lifecycle.properties, "rules").filter(
      (rule) => at(rule, "status") === "Enabled",
    );
    const everywhere = rules.filter((rule) => prefix(rule) === "");
    const has = (path: string) =>
      everywhere.some((rule) => Number.isInteger(at(rule, path)) && (at(rule, path) as number) > 0);
    const problems = has("abortIncompleteMultipartUpload.daysAfterInitiation")
      ? []
      : ["no enabled rule ends unfinished uploads everywhere"];
    if (!holdsData(bucket, stack)) return problems;
    if (!has("noncurrentVersionExpiration.noncurrentDays"))
      problems.push("no enabled rule ends earlier versions everywhere");
    const isCopy = stack.pointingAt(bucket, replication, "rules").length > 0;
    if (isCopy) return [...problems, ...byAge(rules)];
    for (const rule of rules.filter((rule) => at(rule, "expiration") !== undefined))
      if (
        at(rule, "filter.and.tags.pruned") !== "true" &&
        !(numberAt(rule, "expiration.days") >= 30)
      )
        problems.push(`rule ${String(at(rule, "id"))} deletes what is younger than 30 days`);
      else if (deletesBackups(rule))
        problems.push(
          `rule ${String(at(rule, "id"))} deletes backups that are not marked pruned=true`,
        );
    for (const rule of rules.filter((rule) => at(rule, "filter.and.tags.pruned") === "true"))
      if (!Number.isInteger(at(rule, "noncurrentVersionExpiration.noncurrentDays")))
        problems.push(`rule ${String(at(rule, "id"))} keeps what is pruned as an earlier version`);
    return problems;
  },
} satisfies RuleDefinition;

/** What lets copies go: nobody's tag, and no age below their promise. */
function byAge(rules: unknown[]): string[] {
  const expiring = rules.filter((rule) => at(rule, "expiration") !== undefined);
  return [
    ...rules
      .filter(
        (rule) => at(rule, "filter.and") !== undefined || at(rule, "filter.tag") !== undefined,
      )
      .map(
        (rule) => `rule ${String(at(rule, "id"))} follows tags; of a copy only its age may decide`,
      ),
    ...expiring.flatMap((rule) => {
      const where = prefix(rule);
      const reached =
        typeof where === "string"
          ? dumpPrefixes.filter((folder) => meet(folder, where))
          : dumpPrefixes;
      const least = Math.max(
        30 * Number(reached.length === 0),
        ...reached.map((folder) => promisedDays[folder]!),
      );
      const days = numberAt(rule, "expiration.days");
      return days >= least
        ? []
        : [
            `rule ${String(at(rule, "id"))} deletes copies after ${days} days; it must be ${least} or more`,
          ];
    }),
    ...expiring
      .filter((rule) => dumpPrefixes.includes(prefix(rule) as string))
      .filter((rule) => !Number.isInteger(at(rule, "noncurrentVersionExpiration.noncurrentDays")))
      .map((rule) => `rule ${String(at(rule, "id"))} keeps what has expired as an earlier version`),
    ...dumpPrefixes
      .filter((folder) => !expiring.some((rule) => prefix(rule) === folder))
      .map((folder) => `no rule ends copies below ${folder}`),
  ];
}

function meet(folder: string, where: string): boolean {
  return folder.startsWith(where) || where.startsWith(folder);
}

function prefix(rule: unknown): unknown {
  return at(rule, "filter.and.prefix") ?? at(rule, "filter.prefix");
}

/** Whether a rule reaches backups that nobody has pruned. What cannot be read might. */
function deletesBackups(rule: unknown): boolean {
  if (at(rule, "filter.and.tags.pruned") === "true") return false;
  const where = prefix(rule);
  if (typeof where !== "string") return true;
  return dumpPrefixes.some((folder) => meet(folder, where));
}
