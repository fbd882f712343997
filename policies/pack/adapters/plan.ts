import {
  isOfPlugin,
  noOptions,
  sealed,
  unknown,
  type Options,
  type Properties,
  type Resource,
} from "../../model/resource";

/** A resource of a plan file, as far as rules need it. */
export interface PlanResource {
  urn: string;
  type: string;
  name: string;
  parent: string | null;
  provider: string | null;
  protect: boolean;
  inputs: Properties;
  options: Partial<Options> & { ignoreChanges: string[]; deletedWith: string | null };
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
}

/** How a plan file writes a value that exists only after creation. */
const unknownMark = "[unknown]";

/** A plan's resource in the shape that rules judge. */
export function fromPlan(planned: PlanResource): Resource {
  const { parent, provider } = planned;
  const { ignoreChanges, deletedWith, ...options } = planned.options;
  return {
    urn: planned.urn,
    type: planned.type,
    name: planned.name,
    properties: marked(planned.inputs) as Properties,
    protect: planned.protect,
    ignoreChanges,
    // A plan file of an earlier revision tells fewer.
    options: { ...noOptions, ...options },
    parent: parent ?? undefined,
    provider: provider ?? undefined,
    deletedWith: deletedWith ?? undefined,
    dependencies: planned.dependencies,
    propertyDependencies: planned.propertyDependencies,
    release: undefined,
    ofPlugin: isOfPlugin(planned.urn),
  };
}

function marked(value: unknown): unknown {
  if (value === unknownMark) return unknown;
  if (value === sealed || value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(marked);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]));
}
