/** A value that exists only after creation, wherever the resource came from. */
export const unknown = Symbol("unknown until creation");

/** What a secret shows of itself in a plan; as an object it hides everything below it. */
export const sealed = "[secret]";

/** Inputs of a resource, or the body of a Kubernetes object. */
export type Properties = Record<string, unknown>;

/** Options of Pulumi that change what becomes of a resource, besides those that rules read. */
export interface Options {
  retainOnDelete: boolean;
  deleteBeforeReplace: boolean;
  replaceOnChanges: string[];
  /** URNs, or what the SDK writes in their place. */
  aliases: string[];
  /** Id of what it takes over; empty: it is made afresh. */
  importId: string;
  customTimeouts: boolean;
}

/** None of them set. */
export const noOptions: Options = {
  retainOnDelete: false,
  deleteBeforeReplace: false,
  replaceOnChanges: [],
  aliases: [],
  importId: "",
  customTimeouts: false,
};

/**
 * What the rules judge, in one shape: a resource under the engine, one of a plan, or an object that
 * a Helm release deploys.
 */
export interface Resource {
  urn: string;
  /** Pulumi's type token; an object of a release has the one of its kind. */
  type: string;
  /** Resource name; of an object of a release, `namespace/name`. */
  name: string;
  properties: Properties;
  protect: boolean;
  ignoreChanges: string[];
  options: Options;
  parent: string | undefined;
  /** URN of its provider; undefined: the default one, which needs nothing. */
  provider: string | undefined;
  /** URN of what takes it along when it is deleted. */
  deletedWith: string | undefined;
  /** URNs of everything that it waits for. */
  dependencies: string[];
  /** URNs behind each property: what determines a value that is still unknown. */
  propertyDependencies: Record<string, string[]>;
  /** URN of the release that deploys it; undefined for a resource of the program. */
  release: string | undefined;
  /** Whether the plugin of a component makes it, and not the program. */
  ofPlugin: boolean;
}

/** Children of @pulumi/eks's component, which it makes from properties that are judged. */
export function isOfPlugin(urn: string): boolean {
  return urn.includes("eks:index:Cluster$");
}

/**
 * The value at a path such as `spec.template` or `rules.0.status`: undefined when absent,
 * {@link unknown} or {@link sealed} when it lies within such a value.
 */
export function at(value: unknown, path: string): unknown {
  let current = value;
  for (const step of path === "" ? [] : path.split(".")) {
    if (current === unknown || current === sealed) return current;
    if (current === null || typeof current !== "object") return undefined;
    current = (current as Properties)[step];
  }
  return current ?? undefined;
}

/** The list at a path; empty when there is none that can be read. */
export function list(value: unknown, path = ""): unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** The number at a path, also one written as text; NaN when there is none that can be read. */
export function numberAt(value: unknown, path: string): number {
  const found = at(value, path);
  if (typeof found === "string" && /^\d+(\.\d+)?$/.test(found)) return Number(found);
  return typeof found === "number" ? found : NaN;
}

/** Everything that is judged together: a stack's resources and the objects of its releases. */
export class Stack {
  private readonly byUrn = new Map<string, Resource>();
  private readonly byType = new Map<string, Resource[]>();

  constructor(readonly resources: Resource[]) {
    for (const resource of resources) {
      if (!resource.release) this.byUrn.set(resource.urn, resource);
      const same = this.byType.get(resource.type);
      if (same) same.push(resource);
      else this.byType.set(resource.type, [resource]);
    }
  }

  /** Resources of any of the types. */
  ofType(...types: string[]): Resource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** The resource behind a URN. */
  get(urn: string): Resource | undefined {
    return this.byUrn.get(urn);
  }

  /** The resource behind a URN; of what a plugin makes for a component, the component. */
  named(urn: string): Resource | undefined {
    let found = this.get(urn);
    while (found?.ofPlugin && found.parent) found = this.get(found.parent);
    return found;
  }

  /** Resources of a type that determine a property, such as the subnets behind `subnetIds`. */
  behind(resource: Resource, property: string, type: string): Resource[] {
    if (at(resource.properties, property) === undefined) return [];
    return (resource.propertyDependencies[property] ?? [])
      .map((urn) => this.byUrn.get(urn))
      .filter((found) => found?.type === type) as Resource[];
  }

  /** Resources of a type that point back at this one by a property. */
  pointingAt(resource: Resource, type: string, property: string): Resource[] {
    return this.ofType(type).filter((other) =>
      this.behind(other, property, resource.type).includes(resource),
    );
  }

  /** Objects of a kind that live beside this one: in its release, or else outside every release. */
  beside(resource: Resource, ...types: string[]): Resource[] {
    return this.ofType(...types).filter((other) => other.release === resource.release);
  }
}
