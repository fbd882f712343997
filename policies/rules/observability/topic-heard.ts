import type { RuleDefinition } from "../../model/rule";
import {
  ears,
  publishersOf,
  silenced,
  topicType,
  unencrypted,
} from "../../models/detection/topics";

export default {
  name: "topic-heard",
  severity: "critical",
  from: "starter",
  demands:
    "Every topic has a subscription that hears everything, and a policy by which the services that tell by it may publish; ElastiCache to one that is not encrypted.",
  reason: "An alarm to a topic without ears, or without the right to speak, tells nobody.",
  needs: "stack",
  types: [topicType],
  judge: (topic, stack) => {
    const problems = publishersOf(topic, stack).flatMap((service) => [
      silenced(topic, service, stack),
      unencrypted(topic, service, stack),
    ]);
    return [
      ...(ears(topic, stack).length > 0
        ? []
        : ["no subscription without a filter hears it, by e-mail or https"]),
      ...new Set(problems.filter((problem) => problem !== undefined)),
    ];
  },
} satisfies RuleDefinition;
