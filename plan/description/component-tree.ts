import { colours } from "../../lib/colours";
import type { Plan, PlannedResource } from "../plan";

/** The components as a tree, a line each, with the number and the kinds of their resources. */
export function componentTree(plan: Plan): string[] {
  const children = new Map<string | null, PlannedResource[]>();
  for (const resource of plan.resources)
    children.set(resource.parent, [...(children.get(resource.parent) ?? []), resource]);
  const root = plan.resources.find((resource) => resource.type === "pulumi:pulumi:Stack");
  return branches(children.get(root?.urn ?? null) ?? [], children, "  ");
}

function branches(
  resources: PlannedResource[],
  children: Map<string | null, PlannedResource[]>,
  indent: string,
): string[] {
  const components = resources
    .filter((resource) => !resource.custom)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return components.flatMap((component, index) => {
    const last = index === components.length - 1;
    const own = children.get(component.urn) ?? [];
    const line = `${indent}${last ? "└─" : "├─"} ${component.name}  ${colours.dim(kinds(own))}`;
    return [line.trimEnd(), ...branches(own, children, indent + (last ? "   " : "│  "))];
  });
}

/** Counts by kind, the most frequent first: `Subnet 9, RouteTable 5`. */
function kinds(resources: PlannedResource[]): string {
  const counts = new Map<string, number>();
  for (const { custom, remote, type } of resources) {
    const kind = type.split(":").pop()!;
    if (custom || remote) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([kind, count]) => (count > 1 ? `${kind} ${count}` : kind))
    .join(", ");
}
