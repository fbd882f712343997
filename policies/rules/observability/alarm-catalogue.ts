import { expectedAlarms } from "../../declared/alarms";
import type { RuleDefinition } from "../../model/rule";
import { alarmsOn, bluntness, subjects } from "../../models/detection/alarms";

export default {
  name: "alarm-catalogue",
  severity: "critical",
  from: "starter",
  demands:
    "Every alarm of the catalogue in policies/declared watches what it is for, with a threshold within reach, soon enough, and not switched off.",
  reason:
    "An alarm with a threshold that is never reached, or on another database's metric, is none.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack, settings) =>
    expectedAlarms.flatMap((expected) =>
      subjects(expected, stack, settings)
        .filter(
          (subject) =>
            !alarmsOn(subject, expected, stack).some(
              (alarm) => bluntness(alarm, expected, settings, stack).length === 0,
            ),
        )
        .map(
          (subject) =>
            `no alarm tells ${expected.metric} of ${subject.says}: it must compare the ${expected.statistic} by ${expected.compares} with ${expected.threshold.join(" to ")}, within ${expected.within} s, and treat missing data as ${expected.silenceTells ? "breaching" : "notBreaching or breaching"}`,
        ),
    ),
} satisfies RuleDefinition;
