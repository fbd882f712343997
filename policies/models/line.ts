import type { Stack } from "../model/resource";
import type { Settings } from "../model/settings";

/** Where a path is broken: a clause that names the fault, the object and what is wrong with it. */
export interface Break {
  /** URN of the object. */
  urn: string;
  problem: string;
}

/** What a model says of one fault, one datum or one change. */
export interface Line {
  /** What happens, or what is at stake: `zone eu-central-1a lost`. */
  of: string;
  /** What holds it, cell by cell, in the order of the model's columns. */
  cells: string[];
  /** Empty: it holds. */
  broken: Break[];
}

/** What availability means in one respect, computed from the plan and what its releases deploy. */
export interface Model {
  /** Such as `survival`. */
  name: string;
  /** The question that its table answers. */
  asks: string;
  /** Headings: of `of`, then of each cell. */
  columns: string[];
  /** A pure function: the same stack gives the same lines. */
  lines(stack: Stack, settings: Settings): Line[];
}

/**
 * The lines of a model, computed once for a stack and its settings: the rule, the tables and a comparison
 * ask for the same. Nobody writes into them.
 */
export function remembered(lines: Model["lines"]): Model["lines"] {
  const known = new WeakMap<Stack, Map<string, Line[]>>();
  return (stack, settings) => {
    const ofStack = known.get(stack) ?? new Map<string, Line[]>();
    known.set(stack, ofStack);
    const by = JSON.stringify(settings);
    const found = ofStack.get(by) ?? lines(stack, settings);
    ofStack.set(by, found);
    return found;
  };
}
