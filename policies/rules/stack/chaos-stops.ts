import { equals, isAssigned, isObject, mismatch } from "../../model/expectation";
import { at, list, type Properties } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "chaos-stops",
  severity: "critical",
  from: "starter",
  demands:
    "Every chaos experiment stops by itself when any alarm of what users notice fires, fails when it finds no target, and writes a log.",
  reason:
    "An experiment without a stop condition is an outage that nobody ends; one that hits nothing seems to pass; one without a log proves nothing.",
  needs: "resource",
  types: ["aws:fis/experimentTemplate:ExperimentTemplate"],
  judge: ({ properties }) =>
    [
      ...list(properties, "targets")
        .filter(
          (target) =>
            at(target, "resourceType") === "aws:eks:pod" &&
            at(target, "selectionMode") !== "COUNT(1)",
        )
        .map(() => "it takes more than one pod at once"),
      stops(properties)
        ? undefined
        : "stopConditions does not name the alarms; it must name four or more",
      mismatch(properties, "experimentOptions.emptyTargetResolutionMode", equals("fail")),
      logs(properties)
        ? undefined
        : "logConfiguration names no log group or bucket; it must name one",
    ].filter((problem) => problem !== undefined),
} satisfies RuleDefinition;

/** The load balancer fails, targets fail, or either service has too few. */
const fewest = 4;

/** Whether every condition is an alarm, and there are enough: `none` stops nothing. */
function stops(properties: Properties): boolean {
  const conditions = list(properties, "stopConditions");
  return (
    conditions.length >= fewest &&
    conditions.every(
      (condition) =>
        at(condition, "source") === "aws:cloudwatch:alarm" &&
        isAssigned.accepts(at(condition, "value")),
    )
  );
}

function logs(properties: Properties): boolean {
  return [
    ["cloudwatchLogsConfiguration", "logGroupArn"],
    ["s3Configuration", "bucketName"],
  ].some(([place, key]) => {
    const configuration = at(properties, `logConfiguration.${place}`);
    return isObject.accepts(configuration) && isAssigned.accepts(at(configuration, key!));
  });
}
