import { isMandatory } from "../plan/plan";
import type { Guarded } from "./guarded";
import { isEmpty, type StackReview } from "./stack-review";

/** A change as a whole: what its comment says first. */
export interface Review {
  /** The base as it was asked for, and its commit. */
  ref: string;
  commit: string;
  stacks: StackReview[];
  guarded: Guarded[];
  /** Whether the base's own code judged, because the change has another pack. */
  judgedByCode: boolean;
}

/** Whether nothing of it may go through without somebody's word. */
export function isBlocked({ stacks }: Review): boolean {
  return stacks.some(({ lost, violations }) => lost.length > 0 || violations.some(isMandatory));
}

/** The verdict on one stack, a clause each; empty: nothing changes. */
export function verdictOf(review: StackReview): string[] {
  const { changes, objects, violations, lost, only, config } = review;
  const count = (number: number, what: string) => (number > 0 ? [`${number} ${what}`] : []);
  const of = (test: (change: StackReview["changes"][number]) => boolean) =>
    changes.filter(test).length;
  const replaced = (how: string) => of((change) => change.replaced === how);
  return [
    ...(only === "head" ? ["a new stack"] : []),
    ...(only === "base" ? ["the stack is gone from the program"] : []),
    ...count(lost.length, "of what holds data or an address goes, or may go"),
    ...count(violations.filter(isMandatory).length, "mandatory violations"),
    ...count(
      of(({ refused }) => refused),
      "protected, so up will refuse",
    ),
    ...count(objects.filter(({ fails }) => fails.length > 0).length, "objects whose upgrade fails"),
    ...count(replaced("yes"), "replaced"),
    ...count(replaced("may"), "perhaps replaced"),
    ...count(
      of(({ kind }) => kind === "deleted"),
      "deleted",
    ),
    ...count(
      of(({ kind }) => kind === "created"),
      "created",
    ),
    ...count(
      of(({ was }) => was !== undefined),
      "renamed",
    ),
    ...count(
      of(({ kind, replaced: how, was }) => kind === "changed" && how === "no" && was === undefined),
      "changed in place",
    ),
    ...count(objects.length, "objects of releases changed"),
    ...count(config.length, "keys of the configuration changed"),
  ];
}

/** Whether nothing at all changes, in any stack, nor of what judges changes. */
export function saysNothing({ stacks, guarded }: Review): boolean {
  return guarded.length === 0 && stacks.every(isEmpty) && !isBlocked({ stacks } as Review);
}
