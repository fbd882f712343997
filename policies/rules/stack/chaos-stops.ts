import { isAssigned } from "../../model/expectation";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "chaos-stops",
  severity: "critical",
  from: "starter",
  demands: "Every chaos experiment stops by itself when an alarm fires.",
  reason: "An experiment without a stop condition is an outage that nobody ends.",
  needs: "resource",
  types: ["aws:fis/experimentTemplate:ExperimentTemplate"],
  judge: ({ properties }) => {
    const conditions = list(properties, "stopConditions");
    const stops = conditions.some(
      (condition) =>
        at(condition, "source") === "aws:cloudwatch:alarm" &&
        isAssigned.accepts(at(condition, "value")),
    );
    return stops ? [] : ["stopConditions names no alarm; it must name one or more"];
  },
} satisfies RuleDefinition;
