import { classes, priorities } from "../../declared/priorities";
import { show } from "../../model/expectation";
import { cronJob, job, podSpec, priorityClass, running } from "../../model/kubernetes";
import { at, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** What a class of ours may be worth at the most; AWS's and Kubernetes' own are above. */
const most = 1_000_000;

export default {
  name: "priorities",
  severity: "high",
  from: "starter",
  demands:
    "Where room is short the poolers' pods come first, then the application's, then what watches them.",
  reason:
    "After the loss of a zone whoever is scheduled first has the room: with a dump in it there is none for the pooler that everything waits for.",
  needs: "stack",
  types: [priorityClass, ...running, job, cronJob],
  judge: (resource, stack) =>
    resource.type === priorityClass ? value(resource, stack) : classOf(resource),
} satisfies RuleDefinition;

function classOf(workload: Resource): string[] {
  const found = at(podSpec(workload), "priorityClassName");
  const expected = priorities[workload.name];
  return found === expected
    ? []
    : [`priorityClassName is ${show(found)}; it must be ${expected ?? "absent"}`];
}

/** A class is worth less than the one before it, and more than pods of none. */
function value({ properties }: Resource, stack: Stack): string[] {
  const rank = classes.indexOf(String(at(properties, "metadata.name")));
  if (rank === -1) return ["policies/declared/priorities does not know it"];
  const worth = at(properties, "value");
  const above = rank === 0 ? most : valueOf(classes[rank - 1]!, stack);
  return typeof worth === "number" && worth > 0 && worth < above
    ? []
    : [`value is ${show(worth)}; it must be from 1 to less than ${above}`];
}

function valueOf(name: string, stack: Stack): number {
  const found = stack
    .ofType(priorityClass)
    .find(({ properties }) => at(properties, "metadata.name") === name);
  return Number(at(found?.properties, "value") ?? NaN);
}
