import { accounts } from "../../model/account";
import { documentOf } from "../../model/policy-document";
import { at, list, unknown, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const publishers = [
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
  types: ["aws:sns/topic:Topic"],
  judge: (topic, stack) => {
    const heard = stack
      .pointingAt(topic, "aws:sns/topicSubscription:TopicSubscription", "topic")
      .some(
        ({ properties }) =>
          properties.filterPolicy === undefined &&
          (properties.protocol === "https" ||
            (properties.protocol === "email" &&
              /^(?!no-?reply|nobody)\S+@\S+\.\S+$/i.test(String(properties.endpoint)))),
      );
    const [policy] = stack.pointingAt(topic, "aws:sns/topicPolicy:TopicPolicy", "arn");
    const document = policy && documentOf(policy.properties.policy);
    const speaks = list(document, "Statement").flatMap((statement) =>
      at(statement, "Effect") === "Allow" &&
      at(statement, "Action") === "sns:Publish" &&
      isOfTopic(at(statement, "Resource"), topic) &&
      isOfAccount(at(statement, "Condition"), stack)
        ? [at(statement, "Principal.Service")].flat()
        : [],
    );
    // The topic of the global Region hears CloudWatch alone.
    const needed = topic.properties.region === undefined ? publishers : publishers.slice(0, 1);
    // A first preview does not know the topic's ARN, and nothing else of the document either.
    const open = policy !== undefined && document === undefined;
    return [
      ...(heard ? [] : ["no subscription without a filter hears it, by e-mail or https"]),
      ...(policy ? [] : ["no TopicPolicy says who may publish"]),
      ...(open
        ? []
        : needed
            .filter((service) => !speaks.includes(service))
            .map((service) => `${service} may not publish`)),
      ...stack
        .behind(topic, "kmsMasterKeyId", "aws:kms/key:Key")
        .flatMap((key) => refused(key, needed, stack)),
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
