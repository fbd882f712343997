import type { PlannedResource } from "../plan";

/** A resource before and after; one that is new, or gone, has one of the two. */
export interface Pair {
  before?: PlannedResource;
  after?: PlannedResource;
}

/**
 * Which resource is which: by URN, or else by an alias of it or of what it is a child of, as the engine
 * finds it. Everything else of another URN is deleted, and created anew.
 */
export function pairs(before: PlannedResource[], after: PlannedResource[]): Pair[] {
  const olds = new Map(before.map((resource) => [resource.urn, resource]));
  const news = new Map(after.map((resource) => [resource.urn, resource]));
  const found = after.map((resource): Pair => {
    const old = formerUrns(resource, news).find((urn) => olds.has(urn));
    const former = old === undefined ? undefined : olds.get(old);
    if (old !== undefined) olds.delete(old);
    return former ? { before: former, after: resource } : { after: resource };
  });
  return [...found, ...[...olds.values()].map((gone) => ({ before: gone }))];
}

/** URNs that a resource may have had, its own first. */
function formerUrns(resource: PlannedResource, news: Map<string, PlannedResource>): string[] {
  const parent = resource.parent === null ? undefined : news.get(resource.parent);
  const parents = parent ? formerUrns(parent, news) : [resource.parent];
  const inherited = parents.map((urn) =>
    urnOf(resource, urn, namedAfter(resource.name, parent?.name, urn), resource.type),
  );
  const aliases = resource.options.aliases.flatMap((alias) => ofAlias(alias, resource, parents));
  return [...new Set([resource.urn, ...aliases, ...inherited])];
}

/** A child's name under another parent: the convention is the parent's name, then its own. */
function namedAfter(name: string, parent: string | undefined, former: string | null): string {
  const old = former?.split("::").at(-1);
  if (parent === undefined || old === undefined || !name.startsWith(parent)) return name;
  return old + name.slice(parent.length);
}

/** What the SDK writes of an alias that is no URN. */
interface AliasSpec {
  name?: string;
  type?: string;
  stack?: string;
  project?: string;
  parenturn?: string;
  noparent?: boolean;
}

function ofAlias(alias: string, resource: PlannedResource, parents: (string | null)[]): string[] {
  if (!alias.startsWith("{")) return [alias];
  const { urn, spec = {} } = JSON.parse(alias) as { urn?: string; spec?: AliasSpec };
  if (urn) return [urn];
  const under = spec.noparent ? [null] : spec.parenturn ? [spec.parenturn] : parents;
  return under.map((parent) => {
    const found = urnOf(resource, parent, spec.name || resource.name, spec.type || resource.type);
    const [, , , , rest] = /^urn:pulumi:([^:]*)::([^:]*)::((.*))$/s.exec(found)!;
    const [stack, project] = placeOf(resource.urn);
    return `urn:pulumi:${spec.stack || stack}::${spec.project || project}::${rest}`;
  });
}

function urnOf(
  { urn }: PlannedResource,
  parent: string | null,
  name: string,
  type: string,
): string {
  const [stack, project] = placeOf(urn);
  const types = parent?.split("::")[2] ?? "";
  const qualified = types === "" || types === "pulumi:pulumi:Stack" ? type : `${types}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

function placeOf(urn: string): [stack: string, project: string] {
  const [, stack = "", project = ""] = /^urn:pulumi:(.*?)::(.*?)::/.exec(urn) ?? [];
  return [stack, project];
}
