import { fromPlan } from "../../policies/pack/adapters/plan";
import { judgeResources, type Violation } from "../../policies/pack/judge";
import { withDeployed } from "../../policies/releases/deployed";
import type { Properties, Resource } from "../../policies/model/resource";
import type { Settings } from "../../policies/model/settings";
import { readSettings } from "../../policies/pack/settings";
import { plannedStack, root } from "../support/planned";

/** A stack as the rules see it. Without Helm, so that the outcome is the same on every machine. */
export interface Judged {
  settings: Settings;
  resources: Resource[];
}

export async function judgedStack(stack: string): Promise<Judged> {
  const { resources } = await plannedStack(stack);
  const settings = { ...readSettings(root, stack), helm: "no-helm" };
  return { settings, resources: withDeployed(resources.map(fromPlan), settings) };
}

/** Violations of one rule in changed resources. */
export function broken({ settings }: Judged, resources: Resource[], rule: string): Violation[] {
  return judgeResources(resources, settings).filter(({ policy }) => policy === rule);
}

/** The resources with one of them changed: the first whose type and name match. */
export function changing(
  { resources }: Judged,
  [type, name]: [type: string, name: string],
  change: (resource: Resource) => Resource | undefined,
): Resource[] {
  const found = resources.find(
    (resource) => resource.type === type && resource.name.endsWith(name),
  );
  if (!found) throw new Error(`${type} …${name}: not in the plan`);
  return resources.flatMap((resource) => (resource === found ? (change(found) ?? []) : [resource]));
}

/** A copy with another value at a path, a JSON pointer without its first slash; undefined removes it. */
export function setting(path: string, value: unknown): (resource: Resource) => Resource {
  return (resource) => ({
    ...resource,
    properties: set(
      resource.properties,
      path.split("/").map((step) => step.replaceAll("~1", "/")),
      value,
    ) as Properties,
  });
}

function set(container: unknown, [step, ...rest]: string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(container))
    return value === undefined && rest.length === 0
      ? container.filter((_, index) => String(index) !== step)
      : container.map((item, index) => (String(index) === step ? set(item, rest, value) : item));
  const copy = { ...(container as Properties) };
  const changed = set(copy[step], rest, value);
  if (changed === undefined) Reflect.deleteProperty(copy, step);
  else copy[step] = changed;
  return copy;
}
