import { watchedChanges } from "../../declared/watched";
import { show } from "../../model/expectation";
import { at, list, type Properties, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const rule = "aws:cloudwatch/eventRule:EventRule";
const target = "aws:cloudwatch/eventTarget:EventTarget";
const topic = "aws:sns/topic:Topic";
const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const bucketType = "aws:s3/bucket:Bucket";

export default {
  name: "backups-watched",
  severity: "critical",
  from: "starter",
  demands:
    "Rules of EventBridge hear of every change of what protects the backups, each in its Region, and tell a topic there.",
  reason: "A key that is on its way out can be kept for 30 days, by somebody who hears of it.",
  needs: "stack",
  types: [rule],
  judge: (found, stack) => {
    const [, declared] =
      Object.entries(watchedChanges).find(([end]) => found.name.endsWith(`-${end}`)) ?? [];
    if (!declared) return ["what it has to hear of is not declared in policies/declared/watched"];
    const { properties } = found;
    const region = regionFor(declared.where, stack);
    const words = wordsOf(properties.eventPattern);
    const deaf = declared.hears.filter((word) => !words.includes(word));
    return [
      ...(properties.region === region
        ? []
        : [`it is in ${show(properties.region)}; it must be in ${show(region)}`]),
      ...(words.includes("AWS API Call via CloudTrail")
        ? []
        : ["it hears nothing of CloudTrail's"]),
      ...(deaf.length > 0 ? [`it does not hear of ${deaf.join(", ")}`] : []),
      ...told(found, stack),
    ];
  },
} satisfies RuleDefinition;

function told(found: Resource, stack: Stack): string[] {
  const heard = stack
    .pointingAt(found, target, "rule")
    .some(({ properties, propertyDependencies }) =>
      (propertyDependencies.arn ?? [])
        .map((urn) => stack.get(urn))
        .some(
          (one) =>
            one?.type === topic &&
            one.properties.region === found.properties.region &&
            properties.region === found.properties.region,
        ),
    );
  return heard ? [] : ["no EventTarget tells a topic in its Region of it"];
}

/** Undefined: the stack's own. */
function regionFor(where: string, stack: Stack): unknown {
  if (where === "here") return undefined;
  if (where === "us-east-1") return where;
  return stack
    .ofType(replication)
    .flatMap((config) => stack.behind(config, "rules", bucketType))
    .map(({ properties }) => properties.region)
    .find((region) => region !== undefined);
}

/** Every word in a pattern, wherever it stands; of what matches anything there is none. */
function wordsOf(pattern: unknown): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(String(pattern));
  } catch {
    return [];
  }
  const words = (value: unknown): string[] =>
    typeof value === "string"
      ? [value]
      : value !== null && typeof value === "object"
        ? Object.values(value as Properties).flatMap(words)
        : [];
  // Within one alternative everything has to be so: another service there hears of nothing.
  return list(parsed, "$or").length > 0
    ? [...words(at(parsed, "detail-type")), ...list(parsed, "$or").flatMap(words)]
    : words(parsed);
}
