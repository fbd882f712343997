import { Stack } from "../policies/model/resource";
import { wayTo } from "../policies/model/cluster-loss";
import { fromPlan } from "../policies/pack/adapters/plan";
import type { Plan, PlannedResource } from "./plan";

/** All that the loss of `resources` would touch, through any path. */
export function dependentsOf(plan: Plan, resources: PlannedResource[]): PlannedResource[] {
  const stack = new Stack(plan.resources.map(fromPlan));
  const lost = new Set(resources.map(({ urn }) => urn));
  const touched = stack.resources.filter(
    (resource) => !lost.has(resource.urn) && wayTo(({ urn }) => lost.has(urn), resource, stack),
  );
  const urns = new Set(touched.map(({ urn }) => urn));
  return plan.resources.filter(({ urn }) => urns.has(urn));
}
