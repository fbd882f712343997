import { at, isOfPlugin } from "../../policies/model/resource";
import { consequence, replacement } from "../../policies/replacement/table";
import type { PlannedResource } from "../plan";
import { isRefused, type Change, type Replaced } from "./change";
import type { Pair } from "./identity";

const rank: Record<Replaced, number> = { no: 0, may: 1, yes: 2 };

/** Stands for an id or an ARN that the new resource will have: another one than the old one's. */
const another = "[another]";

/** Marks everything that a replaced resource takes along, through any number of steps. */
export function drag(changes: Map<string, Change>, pairs: Pair[]): void {
  const queue = [...changes.values()].filter(({ replaced }) => replaced !== "no");
  const there = pairs.filter(({ before, after }) => before && after);
  // Grows while it is walked.
  for (const source of queue) {
    const replaced = there.find(({ after }) => after!.urn === source.urn)?.after;
    if (!replaced) continue;
    for (const pair of there)
      for (const [property, effect] of leads(pair, replaced, source.replaced)) {
        const change = changes.get(pair.after!.urn)!;
        if (!change.dragged.some(({ urn, by }) => urn === source.urn && by === property))
          change.dragged.push({ urn: source.urn, by: property });
        if (rank[effect] <= rank[change.replaced]) continue;
        change.replaced = effect;
        change.refused = isRefused(pair, effect);
        queue.push(change);
      }
  }
}

/** Properties by which a resource depends on a replaced one, and what the new one does to it. */
function leads(
  { before, after }: Pair,
  replaced: PlannedResource,
  how: Replaced,
): [property: string, effect: Replaced][] {
  if (after!.urn === replaced.urn || !after!.custom) return [];
  const gone = [replaced.urn, ...(isOfPlugin(replaced.urn) ? [replaced.parent] : [])];
  // What the plugin makes for a component depends on that component alone.
  if (gone.includes(after!.parent) && isOfPlugin(after!.urn)) return [];
  const found: [string, Replaced][] = gone.includes(after!.provider) ? [["provider", how]] : [];
  for (const [property, urns] of Object.entries(after!.propertyDependencies)) {
    if (!urns.some((urn) => gone.includes(urn))) continue;
    if (isItsName(after!.inputs[property], replaced)) continue;
    if (after!.options.ignoreChanges.includes(property)) continue;
    const news = { [property]: another };
    const { effect } = consequence(after!.type, [property], before!.inputs, news);
    if (effect === "in place") found.push([property, "no"]);
    else found.push([property, effect === "replace" ? how : "may"]);
  }
  return found;
}

/** Whether a value is a name that the program gives: the new resource has the same. */
function isItsName(value: unknown, { type, inputs }: PlannedResource): boolean {
  const named = replacement[type]?.named;
  return named !== undefined && value !== undefined && at(inputs, named) === value;
}
