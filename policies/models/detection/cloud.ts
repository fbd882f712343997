import { expectedAlarms, type ExpectedAlarm } from "../../declared/alarms";
import type { ByAlarm, ByEvent } from "../../declared/faults";
import { writers } from "../../budgets/failover";
import { at, list, type Resource, type Stack } from "../../model/resource";
import type { Settings } from "../../model/settings";
import { broken } from "../chain";
import type { Break } from "../line";
import { alarmsOn, bluntness, lasts, subjects } from "./alarms";
import { ears, topicType, unheard, type Publisher } from "./topics";
import type { Told } from "./way";

const subscription = "aws:rds/eventSubscription:EventSubscription";
const cacheGroup = "aws:elasticache/replicationGroup:ReplicationGroup";

/** How alarms of CloudWatch tell of a fault: of everything that the metric is watched of. */
export function toldByAlarm(of: string, way: ByAlarm, stack: Stack, settings: Settings): Told {
  const expected = expectedOf(way);
  const watched = subjects(expected, stack, settings);
  const root = rootOf(stack);
  const found = watched.map((subject) => {
    const alarms = alarmsOn(subject, expected, stack);
    const candidates = alarms.map((alarm) => ({
      alarm,
      breaks: [
        ...broken(of, "alarm", alarm, bluntness(alarm, expected, settings, stack)),
        ...carried(of, alarm, "alarmActions", "cloudwatch.amazonaws.com", stack),
      ],
    }));
    const whole = candidates.find(({ breaks }) => breaks.length === 0) ?? candidates[0];
    const missing = { urn: subject.behind?.urn ?? root.urn, name: subject.says };
    return {
      alarm: whole?.alarm,
      breaks:
        whole?.breaks ?? broken(of, "alarm", missing, [`no alarm watches ${way.alarm} of it`]),
    };
  });
  const alarms = found.map(({ alarm }) => alarm).filter((alarm) => alarm !== undefined);
  const topics = alarms.flatMap((alarm) => topicsOf(alarm, "alarmActions", stack));
  return {
    metric: way.alarm,
    by: `${alarms.length} alarm${alarms.length === 1 ? "" : "s"}${silence(expected)}`,
    through: names(topics),
    who: listeners(topics, stack),
    seconds: Math.max(...alarms.map(({ properties }) => lasts(properties))),
    broken: [
      ...found.flatMap(({ breaks }) => breaks),
      ...(watched.length > 0
        ? []
        : broken(of, "metric", root, [`nothing is there to measure ${way.alarm} of`])),
    ],
  };
}

/** Whether an alarm is of what this stack has none of: a class that earns no credits spends none. */
export function isIdle(way: ByAlarm, stack: Stack, settings: Settings): boolean {
  const expected = expectedOf(way);
  return expected.of === "burstable" && subjects(expected, stack, settings).length === 0;
}

/** The alarm of the catalogue that is meant. */
export function expectedOf({ alarm, namespace }: ByAlarm): ExpectedAlarm {
  return expectedAlarms.find(
    (expected) =>
      expected.metric === alarm && (namespace === undefined || expected.namespace === namespace),
  )!;
}

function silence({ silenceTells }: ExpectedAlarm): string {
  return silenceTells ? ", and its silence" : "";
}

/** How AWS's own events tell of a fault of the database or of the cache. */
export function toldByEvent(of: string, way: ByEvent, stack: Stack): Told {
  const isDatabase = way.events === "database";
  const sources = isDatabase ? writers(stack) : stack.ofType(cacheGroup);
  const property = isDatabase ? "snsTopic" : "notificationTopicArn";
  const service: Publisher = isDatabase ? "events.rds.amazonaws.com" : "elasticache.amazonaws.com";
  const speakers = sources.map((source) => ({
    source,
    speaker: isDatabase ? eventsOf(source, stack) : source,
  }));
  const topics = speakers.flatMap(({ speaker }) =>
    speaker ? topicsOf(speaker, property, stack) : [],
  );
  return {
    metric: way.category ? `event ${way.category}` : "events",
    by: names(speakers.flatMap(({ speaker }) => speaker ?? [])),
    through: names(topics),
    who: listeners(topics, stack),
    seconds: undefined,
    broken: [
      ...(sources.length > 0
        ? []
        : broken(of, "event", rootOf(stack), [`there is no ${way.events}`])),
      ...speakers.flatMap(({ source, speaker }) =>
        speaker
          ? [
              ...broken(of, "event", speaker, muteness(speaker, way)),
              ...carried(of, speaker, property, service, stack),
            ]
          : broken(of, "event", source, ["no event subscription names it"]),
      ),
    ],
  };
}

function eventsOf({ properties }: Resource, stack: Stack): Resource | undefined {
  const id = properties.clusterIdentifier ?? properties.identifier;
  return stack
    .ofType(subscription)
    .find((found) => list(found.properties, "sourceIds").includes(id));
}

function muteness({ properties }: Resource, { category }: ByEvent): string[] {
  if (properties.enabled !== undefined && properties.enabled !== true)
    return ["enabled must be true"];
  const categories = at(properties, "eventCategories");
  // Without any it has all of them.
  const heard =
    category === undefined ||
    categories === undefined ||
    (Array.isArray(categories) && categories.includes(category));
  return heard ? [] : [`eventCategories lacks ${category}`];
}

/** What is broken between what speaks and those who hear its topics. One topic that carries is enough. */
function carried(
  of: string,
  speaker: Resource,
  property: string,
  service: Publisher,
  stack: Stack,
): Break[] {
  const topics = topicsOf(speaker, property, stack);
  if (topics.length === 0)
    return broken(of, "action", speaker, [`${property} names no topic of this stack`]);
  const each = topics.map((topic) => [
    // CloudWatch publishes within its own Region.
    ...broken(of, "action", speaker, [
      topic.properties.region === speaker.properties.region
        ? undefined
        : `its topic ${topic.name} is in another Region`,
    ]),
    ...broken(of, "topic", topic, unheard(topic, service, stack)),
  ]);
  return each.find((breaks) => breaks.length === 0) ?? each[0]!;
}

function topicsOf(speaker: Resource, property: string, stack: Stack): Resource[] {
  return stack.behind(speaker, property, topicType);
}

function listeners(topics: Resource[], stack: Stack): string {
  const protocols = topics
    .flatMap((topic) => ears(topic, stack))
    .map(({ properties }) => (properties.protocol === "email" ? "mail" : "https"));
  return [...new Set(protocols)].join(", ") || "nobody";
}

function names(resources: Resource[]): string {
  return [...new Set(resources.map(({ name }) => name))].join(", ") || "nothing";
}

function rootOf(stack: Stack): Pick<Resource, "urn" | "name"> {
  return stack.ofType("pulumi:pulumi:Stack")[0] ?? { urn: "", name: "the stack" };
}
