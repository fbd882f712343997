import {
  UnknownValueError,
  type PolicyResource,
  type PolicyResourceOptions,
  type ResourceValidationArgs,
} from "@pulumi/policy";
import {
  isOfPlugin,
  unknown,
  type Options,
  type Properties,
  type Resource,
} from "../../model/resource";

/** A resource that the engine is about to create or change. It knows no other resource yet. */
export function fromEngine(args: ResourceValidationArgs): Resource {
  return {
    urn: args.urn,
    type: args.type,
    name: args.name,
    properties: readable(args.props) as Properties,
    protect: args.opts.protect,
    ignoreChanges: args.opts.ignoreChanges,
    options: optionsOf(args.opts),
    parent: args.opts.parent,
    provider: undefined,
    deletedWith: undefined,
    dependencies: [],
    propertyDependencies: {},
    release: undefined,
    ofPlugin: isOfPlugin(args.urn),
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
    options: optionsOf(resource.opts),
    parent: parent?.urn,
    provider: provider?.urn,
    // The engine does not tell it.
    deletedWith: undefined,
    dependencies: urns(dependencies),
    propertyDependencies: Object.fromEntries(
      Object.entries(propertyDependencies).map(([name, behind]) => [name, urns(behind)]),
    ),
    release: undefined,
    ofPlugin: isOfPlugin(resource.urn),
  };
}

/** What the engine tells of the options; the preview's plan tells the others too. */
function optionsOf({
  deleteBeforeReplace,
  aliases,
  customTimeouts,
}: PolicyResourceOptions): Options {
  const { createSeconds = 0, updateSeconds = 0, deleteSeconds = 0 } = customTimeouts ?? {};
  return {
    retainOnDelete: false,
    deleteBeforeReplace: deleteBeforeReplace ?? false,
    replaceOnChanges: [],
    aliases,
    importId: "",
    customTimeouts: createSeconds + updateSeconds + deleteSeconds > 0,
  };
}

/**
 * A plain copy, unknown values marked. Reading one of them through the SDK throws, which would turn
 * a mandatory rule into an advisory message that blocks nothing.
 */
function readable(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, i) => read(value, i));
  const filledIn = defaults(value);
  return Object.fromEntries(
    Object.keys(value)
      .filter((key) => key !== "__defaults" && !filledIn.includes(key))
      .map((key) => [key, read(value, key)]),
  );
}

/** Keys that the provider has filled in by itself: in a plan they are absent, and judged as such. */
function defaults(value: object): unknown[] {
  if (!Object.hasOwn(value, "__defaults")) return [];
  const listed = read(value, "__defaults");
  return Array.isArray(listed) ? listed : [];
}

function read(container: object, key: string | number): unknown {
  try {
    return readable((container as Record<string | number, unknown>)[key]);
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
}
