import type { RuleDefinition } from "../../model/rule";
import {
  ears,
  silenced,
  topicType,
  unencrypted,
  type Publisher,
} from "../../models/detection/topics";

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
    const problems = needed.flatMap((service) => [
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
