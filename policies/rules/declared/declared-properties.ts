import { chartOf } from "../../../upstream/upstream";
import { declaredTypes } from "../../declared/table";
import { undeclared } from "../../declared/undeclared";
import { chartValues } from "../../declared/charts";
import { releaseType } from "../../model/kubernetes";
import type { Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "declared-properties",
  severity: "critical",
  from: "starter",
  demands:
    "Every property is judged by a rule or declared to be indifferent, with the values for which that holds.",
  reason:
    "A property that no rule reads may pause a rollout, filter an alarm away or unlock a backup, and every other rule still holds.",
  needs: "resource",
  types: "all",
  judge: (resource) => {
    const { type, properties, ofPlugin } = resource;
    const fields = Object.hasOwn(declaredTypes, type) ? declaredTypes[type] : undefined;
    // An undeclared type is one violation, not one for each of its properties.
    if (!fields || (ofPlugin && type !== "aws:eks/cluster:Cluster")) return [];
    return [...undeclared(properties, fields), ...valuesOf(resource)].map(
      ({ problem }) =>
        `${problem}; take a declared value, or let policies/declared be changed in a review of its own`,
    );
  },
} satisfies RuleDefinition;

/** Values of a chart that is not rendered here: what its map does not read nobody would see. */
function valuesOf({ type, properties }: Resource) {
  const values = type === releaseType ? chartValues[chartOf(properties.chart) ?? ""] : undefined;
  return values ? undeclared(properties.values, values, "values") : [];
}
