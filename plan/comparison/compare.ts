import { consequence, replacement } from "../../policies/replacement/table";
import { at } from "../../policies/model/resource";
import type { PlannedResource } from "../plan";
import { drag } from "./cascade";
import { isRefused, nameOf, type Change, type PropertyChange, type Replaced } from "./change";
import { differences, type Difference } from "./difference";
import { pairs, type Pair } from "./identity";

/**
 * What a change does to a stack, resource by resource: a pure function of both plans' resources. One of
 * which nothing differs, and that nothing takes along, is left out. Sorted by URN.
 */
export function compare(before: PlannedResource[], after: PlannedResource[]): Change[] {
  const found = pairs(before, after);
  const renamed = new Map(
    found.flatMap(({ before: old, after: now }): [string, string][] =>
      old && now && old.urn !== now.urn ? [[old.urn, now.urn]] : [],
    ),
  );
  const changes = new Map(
    found.map((pair) => changeOf(pair, renamed)).map((one) => [one.urn, one]),
  );
  drag(changes, found);
  for (const change of changes.values()) change.order = orderOf(change, found);
  return [...changes.values()].filter(isOne).sort((a, b) => (a.urn < b.urn ? -1 : 1));
}

function isOne({ type, kind, was, properties, replaced, dragged }: Change): boolean {
  // What changes of a component, its children tell.
  if (isComponent(type) && kind === "changed" && was === undefined) return false;
  return (
    kind !== "changed" ||
    was !== undefined ||
    properties.length > 0 ||
    replaced !== "no" ||
    dragged.length > 0
  );
}

/** Of this program, or of a plugin: neither is anything in the cloud by itself. */
function isComponent(type: string): boolean {
  return type.startsWith("mini-xdr:") || type === "eks:index:Cluster";
}

function changeOf({ before, after }: Pair, renamed: Map<string, string>): Change {
  const { urn, type, name, custom } = (after ?? before)!;
  const kind = !before ? "created" : !after ? "deleted" : "changed";
  const properties = before && after ? propertiesOf(before, after, renamed) : [];
  const replaced = custom ? worst(properties.map(({ effect }) => effect)) : "no";
  return {
    urn,
    ...(before && after && before.urn !== urn ? { was: before.urn } : {}),
    type,
    name,
    kind,
    properties,
    replaced,
    dragged: [],
    refused: isRefused({ before, after }, replaced),
    ...(replacement[type]?.holds === undefined ? {} : { holds: replacement[type].holds }),
    kept: kind === "deleted" && before!.options.retainOnDelete,
  };
}

function worst(effects: PropertyChange["effect"][]): Replaced {
  if (effects.includes("replace")) return "yes";
  return effects.includes("may") ? "may" : "no";
}

function propertiesOf(
  before: PlannedResource,
  after: PlannedResource,
  renamed: Map<string, string>,
): PropertyChange[] {
  const inputs = differences(before.inputs, after.inputs).map((found) =>
    ofInput(found, before, after, renamed),
  );
  return [...inputs, ...ofOptions(before, after, renamed)];
}

function ofInput(
  found: Difference,
  before: PlannedResource,
  after: PlannedResource,
  renamed: Map<string, string>,
): PropertyChange {
  const property = String(found.path[0]);
  const in_place = (because: string): PropertyChange => ({ ...found, effect: "in place", because });
  if (!after.custom) return in_place("a component has nothing in the cloud");
  if (isIgnored(after, property)) return in_place("it is in ignoreChanges");
  if (follows(property, before, after, renamed))
    return in_place("as the stand-ins of renamed resources differ: the real value stays");
  if (after.options.replaceOnChanges.some((path) => path === "*" || path.startsWith(property)))
    return { ...found, effect: "replace", because: "it is in replaceOnChanges" };
  return { ...found, ...consequence(after.type, found.path, before.inputs, after.inputs) };
}

function isIgnored({ options }: PlannedResource, property: string): boolean {
  return options.ignoreChanges.includes(property);
}

/** Whether a property comes from the same resources as before, of which one has only been renamed. */
function follows(
  property: string,
  before: PlannedResource,
  after: PlannedResource,
  renamed: Map<string, string>,
): boolean {
  const old = (before.propertyDependencies[property] ?? []).map((urn) => renamed.get(urn) ?? urn);
  const now = after.propertyDependencies[property] ?? [];
  const moved = [...renamed.values()];
  return (
    now.some((urn) => moved.includes(urn)) && [...old].sort().join() === [...now].sort().join()
  );
}

/** Options that change what becomes of a resource; its aliases are what it was found by. */
function ofOptions(
  before: PlannedResource,
  after: PlannedResource,
  renamed: Map<string, string>,
): PropertyChange[] {
  const now = (urn: string | null) => (urn === null ? null : (renamed.get(urn) ?? urn));
  const options = ({ protect, provider, options: given, dependencies }: PlannedResource) => ({
    protect,
    provider: now(provider),
    dependsOn: Object.fromEntries(dependencies.map((urn) => [nameOf(now(urn)!), "awaited"])),
    ...given,
    aliases: undefined,
    deletedWith: now(given.deletedWith),
  });
  return differences(options(before), options(after)).map((found): PropertyChange =>
    found.path[0] === "provider"
      ? { ...found, effect: "may", because: "if the other provider is of another place" }
      : { ...found, effect: "in place" },
  );
}

const madeFirst = "made first, then the old one is deleted";

/** In which order a replaced resource goes and comes: a name can be taken once. */
function orderOf({ urn, type, replaced }: Change, found: Pair[]): string | undefined {
  if (replaced === "no") return undefined;
  const { before, after } = found.find(({ after: one }) => one?.urn === urn) ?? {};
  if (!before || !after) return undefined;
  if (after.options.deleteBeforeReplace) return "deleted first, by deleteBeforeReplace";
  const { named, deletedFirst } = replacement[type] ?? {};
  if (named === undefined) return madeFirst;
  const [old, now] = [at(before.inputs, named), at(after.inputs, named)];
  if (now === undefined || old !== now) return madeFirst;
  return deletedFirst
    ? `deleted first by the provider, as its name ${String(now)} is fixed`
    : `fails: the name ${String(now)} is taken until the old one is deleted`;
}
