import type { RuleDefinition } from "../../model/rule";
import { ears, silenced, topicType, type Publisher } from "../../models/detection/topics";

const publishers: Publisher[] = [
  "cloudwatch.amazonaws.com",
  "events.rds.amazonaws.com",
  "elasticache.amazonaws.com",
];

export default {
  name: "topic-heard",
  severity: "critical",
  from: "starter",
  demands:
    "Every topic has a subscription that hears everything, and a policy by which AWS's services may publish.",
  reason: "An alarm to a topic without ears, or without the right to speak, tells nobody.",
  needs: "stack",
  types: [topicType],
  judge: (topic, stack) => {
    // The topic of the global Region hears CloudWatch alone.
    const needed = topic.properties.region === undefined ? publishers : publishers.slice(0, 1);
    const problems = needed.map((service) => silenced(topic, service, stack));
    return [
      ...(ears(topic, stack).length > 0
        ? []
        : ["no subscription without a filter hears it, by e-mail or https"]),
      ...new Set(problems.filter((problem) => problem !== undefined)),
    ];
  },
} satisfies RuleDefinition;

/** A service that may publish, but not use the topic's key, is refused without a word to anybody. */
function refused(key: Resource, services: string[], stack: Stack): string[] {
  const document = documentOf(key.properties.policy);
  if (document === undefined && key.properties.policy === unknown) return [];
  const allowed = list(document, "Statement").flatMap((statement) =>
    at(statement, "Effect") === "Allow" &&
    ["kms:Decrypt", "kms:GenerateDataKey"].every((action) =>
      [at(statement, "Action")].flat().includes(action),
    ) &&
    isOfAccount(at(statement, "Condition"), stack)
      ? [at(statement, "Principal.Service")].flat()
      : [],
  );
  return services
    .filter((service) => !allowed.includes(service))
    .map((service) => `${service} may not use its key ${key.name}`);
}

function isOfTopic(resource: unknown, topic: Resource): boolean {
  if (resource === unknown || typeof resource !== "string") return true;
  return resource.endsWith(`:${String(topic.properties.name)}`);
}

/** Only on behalf of this account, or of anybody; another condition is met by no alarm of ours. */
function isOfAccount(condition: unknown, stack: Stack): boolean {
  if (condition === undefined) return true;
  const account = at(condition, "StringEquals.aws:SourceAccount");
  if (Object.keys(condition as object).join() !== "StringEquals") return false;
  return account === unknown || accounts(stack).includes(account);
}
