import {
  UnknownValueError,
  type PolicyResource,
  type ResourceValidationArgs,
} from "@pulumi/policy";
import { unknown, type Properties, type Resource } from "../../model/resource";

/** A resource that the engine is about to create or change. It knows no other resource yet. */
export function fromEngine(args: ResourceValidationArgs): Resource {
  return {
    urn: args.urn,
    type: args.type,
    name: args.name,
    properties: readable(args.props) as Properties,
    protect: args.opts.protect,
    ignoreChanges: args.opts.ignoreChanges,
    parent: args.opts.parent,
    provider: undefined,
    deletedWith: undefined,
    dependencies: [],
    propertyDependencies: {},
    release: undefined,
  };
}

/** A resource of the whole stack, after registration. */
export function fromEngineStack(resource: PolicyResource): Resource {
  const { provider, parent, dependencies, propertyDependencies } = resource;
  const urns = (resources: PolicyResource[]) => resources.map(({ urn }) => urn);
  return {
    urn: resource.urn,
    type: resource.type,
    name: resource.name,
    properties: readable(resource.props) as Properties,
    protect: resource.opts.protect,
    ignoreChanges: resource.opts.ignoreChanges,
    parent: parent?.urn,
    provider: provider?.urn,
    // The engine does not tell it.
    deletedWith: undefined,
    dependencies: urns(dependencies),
    propertyDependencies: Object.fromEntries(
      Object.entries(propertyDependencies).map(([name, behind]) => [name, urns(behind)]),
    ),
    release: undefined,
  };
}

/**
 * A plain copy, unknown values marked. Reading one of them through the SDK throws, which would turn
 * a mandatory rule into an advisory message that blocks nothing.
 */
function readable(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, i) => read(value, i));
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(value, key)]));
}

function read(container: object, key: string | number): unknown {
  try {
    return readable((container as Record<string | number, unknown>)[key]);
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
}
