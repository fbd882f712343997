import { bucketType, configures, holdsData } from "../../model/buckets";
import { at, list, numberAt } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const tiersOfBackups = ["daily/", "weekly/", "monthly/"];

export default {
  name: "bucket-lifecycle",
  severity: "high",
  from: "starter",
  demands:
    "Earlier versions and unfinished uploads of a bucket with data expire; a backup itself only once it is marked as pruned, and then all of it.",
  reason:
    "A plain expiration deletes good backups while new ones fail; without any, the bucket grows indefinitely.",
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

function prefix(rule: unknown): unknown {
  return at(rule, "filter.and.prefix") ?? at(rule, "filter.prefix");
}

/** Whether a rule reaches backups that nobody has pruned. What cannot be read might. */
function deletesBackups(rule: unknown): boolean {
  if (at(rule, "filter.and.tags.pruned") === "true") return false;
  const where = prefix(rule);
  if (typeof where !== "string") return true;
  return tiersOfBackups.some((folder) => folder.startsWith(where) || where.startsWith(folder));
}
