import { nameOf, type Change, type PropertyChange } from "../plan/comparison/change";
import { pathText, type Difference } from "../plan/comparison/difference";

/** Characters of a value that are shown: the plan files have it whole. */
const longest = 160;

/** A value before or after, in one line. */
export function valueText(value: unknown): string {
  if (value === undefined) return "absent";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest)}… (${line.length} characters)` : line;
}

/** `cidrBlock: 10.20.0.0/20 → 10.20.16.0/20`, each side apart for whoever has to escape it. */
export function sides({
  path,
  before,
  after,
}: Difference): [path: string, before: string, after: string] {
  return [pathText(path), valueText(before), valueText(after)];
}

/** What a property's change does, where that is more than an update. */
export function effectText({ effect, because }: PropertyChange): string {
  if (effect === "replace") return because ? `replaces it: ${because}` : "replaces it";
  if (effect === "may")
    return `may replace it${because?.startsWith("if ") ? " " : ": "}${because ?? ""}`;
  return because ?? "";
}

/** What becomes of a resource, in words, the gravest first. */
export function fateOf(change: Change): string[] {
  const { kind, was, replaced, refused, kept, holds, order, dragged } = change;
  const gone = replaced !== "no" || (kind === "deleted" && !kept);
  return [
    ...(refused ? ["up will refuse it: it is protected"] : []),
    ...(replaced === "yes" ? ["replaced"] : []),
    ...(replaced === "may" ? ["may be replaced"] : []),
    ...(kind === "deleted"
      ? [kept ? "left in the account, and managed by nobody" : "deleted"]
      : []),
    ...(kind === "created" ? ["created"] : []),
    ...(holds && gone ? [`takes along ${holds}`] : []),
    ...(order ? [order] : []),
    ...(was ? [`renamed, was ${nameOf(was)}`] : []),
    ...dragged.map(({ urn, by }) => `follows ${nameOf(urn)} by ${by}`),
  ];
}

/** The last part of a type, such as `Subnet`. */
export function kindOf(type: string): string {
  return type.split(":").at(-1)!;
}

/** From the gravest to what hardly matters: replaced, perhaps, deleted, created, the rest. */
export function byGravity(changes: Change[]): Change[] {
  const rank = ({ holds, replaced, kind, kept }: Change) => {
    const gone = replaced === "yes" || (kind === "deleted" && !kept);
    const weight = gone ? 4 : replaced === "may" ? 3 : kind === "created" ? 1 : 0;
    return weight + (holds !== undefined && weight >= 3 ? 10 : 0);
  };
  return changes
    .map((change, index) => ({ change, index }))
    .sort((a, b) => rank(b.change) - rank(a.change) || a.index - b.index)
    .map(({ change }) => change);
}
