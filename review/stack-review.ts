import type { Prices } from "../cost/prices";
import { compare } from "../plan/comparison/compare";
import { loses, type Change } from "../plan/comparison/change";
import type { Difference } from "../plan/comparison/difference";
import { compareObjects, type ObjectChange } from "../plan/comparison/objects";
import type { Violation } from "../policies/pack/judge";
import { moneyLine } from "./money";
import { configChanges, Origins } from "./origin";
import { judgedBy, type ModelLine, type Revision } from "./revision";

/** A line of a model, or a budget, that says something else than before. */
export interface Moved {
  of: string;
  before: string;
  after: string;
}

/** What a change does to one stack: everything that a reader is told. */
export interface StackReview {
  stack: string;
  /** Whether only one of the two revisions has it. */
  only: "base" | "head" | undefined;
  changes: Change[];
  objects: ObjectChange[];
  config: Difference[];
  /** By URN of a change: its configuration key, or file and line. */
  origins: Record<string, string>;
  /** By the base's rules, tables, exemptions and tier. */
  violations: Violation[];
  /** Both budgets and every exemption, as the head has them. */
  budgets: string[];
  /** Budgets and exemptions that say something else. */
  movedBudgets: Moved[];
  movedModels: Moved[];
  money: string;
  /** Of what goes, or may go, and holds data or an address: what nobody has allowed. */
  lost: Change[];
}

/** A stack before and after; one that only one revision has is undefined in the other. */
export interface Sides {
  stack: string;
  base: Revision | undefined;
  head: Revision | undefined;
}

/**
 * Compares a stack at two revisions.
 *
 * @param violations what the base's pack says of the head
 * @param allowed URNs that may be lost
 */
export function reviewOf(
  { stack, base, head }: Sides,
  { root, prices, violations, allowed }: ReviewContext,
): StackReview {
  const changes = compare(base?.plan.resources ?? [], head?.plan.resources ?? []);
  const former = new Map(changes.flatMap(({ urn, was }) => (was ? [[urn, was] as const] : [])));
  const config = configChanges(base?.config ?? {}, head?.config ?? {});
  const origins = new Origins(root, config);
  return {
    stack,
    only: base ? (head ? undefined : "base") : "head",
    changes,
    objects: compareObjects(
      base?.objects ?? [],
      head?.objects ?? [],
      (urn) => former.get(urn) ?? urn,
    ),
    config,
    origins: Object.fromEntries(
      changes.flatMap((change) => {
        const origin = origins.of(change);
        return origin === undefined ? [] : [[change.urn, origin]];
      }),
    ),
    violations,
    budgets: head?.budgets ?? [],
    movedBudgets: base && head ? movedBudgets(base.budgets, head.budgets) : [],
    movedModels: base && head ? movedModels(base.models, head.models) : [],
    money: moneyLine(base?.quantities ?? [], head?.quantities ?? [], prices),
    lost: changes.filter((change) => loses(change) && !allowed.includes(change.urn)),
  };
}

/**
 * What the pack says of the head by the base's tier, exemptions and other settings; a new stack has its own.
 * The rules are those at hand: where the base has others, its own pack has to judge.
 */
export function judgedByBase({ base, head }: Sides, root: string): Violation[] {
  if (!head) return [];
  const { kubernetes } = head.settings;
  const settings = { ...(base ?? head).settings, root, kubernetes };
  const by = JSON.stringify(settings);
  const known = judged.get(head);
  if (known?.by === by) return known.violations;
  const violations = judgedBy(head, settings);
  judged.set(head, { by, violations });
  return violations;
}

/** Verdicts on heads, and by which settings: the same ones say the same again. */
const judged = new WeakMap<Revision, { by: string; violations: Violation[] }>();

/** What does not depend on the stack, and what the pack said. */
export interface ReviewContext {
  root: string;
  prices: Prices;
  violations: Violation[];
  allowed: string[];
}

/** Whether there is nothing to tell. */
export function isEmpty({ changes, objects, config, only }: StackReview): boolean {
  return !only && changes.length + objects.length + config.length === 0;
}

/** Budgets by what stands before their colon, as the rest of the line is what they say. */
function movedBudgets(before: string[], after: string[]): Moved[] {
  const [old, now] = [before, after].map(
    (lines) => new Map(lines.map((line) => [line.replace(/: .*/s, ""), line])),
  );
  return [...new Set([...old!.keys(), ...now!.keys()])]
    .map((of) => ({ of, before: old!.get(of) ?? "none", after: now!.get(of) ?? "none" }))
    .filter(({ before: one, after: other }) => one !== other);
}

/** Lines of models, as far as a cell of them says something else; of a line that is new or gone, all. */
function movedModels(before: ModelLine[], after: ModelLine[]): Moved[] {
  const byKey = (lines: ModelLine[]) =>
    new Map(lines.map(({ model, of, cells }) => [`${model}: ${of}`, cells]));
  const [old, now] = [byKey(before), byKey(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((of): Moved[] => {
    const [was, is] = [old.get(of), now.get(of)];
    const columns = Object.keys(was ?? is!).filter((column) => was?.[column] !== is?.[column]);
    const says = (cells: Record<string, string> | undefined) =>
      cells
        ? columns.map((column) => `${column}: ${cells[column] || "nothing"}`).join("; ")
        : "not there";
    return columns.length > 0 ? [{ of, before: says(was), after: says(is) }] : [];
  });
}
