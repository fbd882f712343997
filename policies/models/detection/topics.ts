import { documentOf } from "../../model/policy-document";
import { allows, isService } from "../../model/rights";
import { accounts } from "../../model/account";
import { at, unknown, type Resource, type Stack } from "../../model/resource";

export const topicType = "aws:sns/topic:Topic";
const subscriptionType = "aws:sns/topicSubscription:TopicSubscription";
const policyType = "aws:sns/topicPolicy:TopicPolicy";
const keyType = "aws:kms/key:Key";

/** A service of AWS that tells by a topic. */
export type Publisher =
  | "cloudwatch.amazonaws.com"
  | "events.amazonaws.com"
  | "events.rds.amazonaws.com"
  | "elasticache.amazonaws.com";

/** What speaks for each service, and the property that names its topics. */
const speakers: Record<Publisher, [type: string, property: string]> = {
  "cloudwatch.amazonaws.com": ["aws:cloudwatch/metricAlarm:MetricAlarm", "alarmActions"],
  "events.amazonaws.com": ["aws:cloudwatch/eventTarget:EventTarget", "arn"],
  "events.rds.amazonaws.com": ["aws:rds/eventSubscription:EventSubscription", "snsTopic"],
  "elasticache.amazonaws.com": [
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "notificationTopicArn",
  ],
};

/** Services that tell by a topic, by what names it. */
export function publishersOf(topic: Resource, stack: Stack): Publisher[] {
  return (Object.keys(speakers) as Publisher[]).filter(
    (service) => stack.pointingAt(topic, ...speakers[service]).length > 0,
  );
}

/** Subscriptions by which somebody hears everything that a topic says. */
export function ears(topic: Resource, stack: Stack): Resource[] {
  return stack
    .pointingAt(topic, subscriptionType, "topic")
    .filter(
      ({ properties }) =>
        properties.filterPolicy === undefined &&
        (properties.protocol === "https" ||
          (properties.protocol === "email" &&
            /^(?!no-?reply|nobody)\S+@\S+\.\S+$/i.test(String(properties.endpoint)))),
    );
}

/** By stack: every alarm asks the same of the same few topics. */
const known = new WeakMap<Stack, Map<string, (string | undefined)[]>>();

/** What keeps people from hearing what a service tells a topic; nothing but `undefined`: they hear it. */
export function unheard(topic: Resource, service: Publisher, stack: Stack): (string | undefined)[] {
  const ofStack = known.get(stack) ?? new Map<string, (string | undefined)[]>();
  known.set(stack, ofStack);
  const key = `${service} ${topic.urn}`;
  const found = ofStack.get(key) ?? [
    silenced(topic, service, stack),
    unencrypted(topic, service, stack),
    ears(topic, stack).length > 0 ? undefined : "nobody hears it without a filter",
  ];
  ofStack.set(key, found);
  return found;
}

/**
 * What keeps a service from publishing to a topic; undefined when nothing does. A first preview does
 * not know the topic's ARN, and nothing else of the document either: then it may.
 */
export function silenced(topic: Resource, service: Publisher, stack: Stack): string | undefined {
  const [policy] = stack.pointingAt(topic, policyType, "arn");
  if (!policy) return "no TopicPolicy says who may publish";
  const allowed = grants(
    policy.properties.policy,
    service,
    ["sns:Publish"],
    (statement) =>
      isOfTopic(at(statement, "Resource"), topic) &&
      isFor(service, at(statement, "Condition"), stack),
  );
  return allowed ? undefined : `${service} may not publish`;
}

/** What keeps a service from encrypting what it tells; undefined when nothing does. */
export function unencrypted(topic: Resource, service: Publisher, stack: Stack): string | undefined {
  if (topic.properties.kmsMasterKeyId === undefined) return undefined;
  // "Cannot be encrypted": ElastiCache User Guide, "Event notifications and Amazon SNS".
  if (isElastiCache(service)) return "it is encrypted, and ElastiCache publishes to no such topic";
  const [key] = stack.behind(topic, "kmsMasterKeyId", keyType);
  // AWS's own key of SNS admits no other service.
  if (!key) return "its key is none of this stack, so no service may use it";
  if (key.properties.isEnabled === false) return `its key ${key.name} is switched off`;
  if (key.properties.region !== topic.properties.region)
    return `its key ${key.name} is in another Region`;
  const allowed = grants(
    key.properties.policy,
    service,
    ["kms:GenerateDataKey", "kms:Decrypt"],
    (statement) => isFor(service, at(statement, "Condition"), stack),
  );
  return allowed ? undefined : `its key ${key.name} does not admit ${service}`;
}

/** Whether a document allows a service every one of the actions. One that is not known yet may. */
function grants(
  policy: unknown,
  service: Publisher,
  actions: string[],
  admits: (statement: unknown) => boolean,
): boolean {
  const document = documentOf(policy);
  // ElastiCache comes as anybody, on behalf of the topic's owner.
  const isMeant = isElastiCache(service)
    ? (principal: unknown) => [at(principal, "AWS")].flat().includes("*")
    : isService(service);
  return document === undefined || allows(document, isMeant, actions, admits);
}

function isElastiCache(service: Publisher): boolean {
  return service === "elasticache.amazonaws.com";
}

/** EventBridge says for nobody that it speaks, so that it meets no condition (components/key-policy.ts). */
function isFor(service: Publisher, condition: unknown, stack: Stack): boolean {
  if (service === "events.amazonaws.com") return condition === undefined;
  return isOfAccount(condition, accountKey(service), stack);
}

/** Condition by which a service says for which account it speaks. */
function accountKey(service: Publisher): string {
  return isElastiCache(service) ? "aws:SourceOwner" : "aws:SourceAccount";
}

function isOfTopic(resource: unknown, topic: Resource): boolean {
  if (typeof resource !== "string") return true;
  return resource.endsWith(`:${String(topic.properties.name)}`);
}

/** Only on behalf of this account, or of anybody; another condition is met by no alarm of ours. */
function isOfAccount(condition: unknown, key: string, stack: Stack): boolean {
  if (condition === undefined) return true;
  if (Object.keys(condition as object).join() !== "StringEquals") return false;
  const account = at(condition, `StringEquals.${key}`);
  return account === unknown || accounts(stack).includes(account);
}
