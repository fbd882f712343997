import { isAny, oneOf, type Expectation } from "../model/expectation";

/**
 * What may stand at one place of a resource: a single value, or a list of them. Whatever no
 * declaration foresees is denied.
 */
export class Leaf {
  constructor(
    /** Rules that judge the value; none: it is declared to be indifferent. */
    readonly rules: string[],
    /** What the value has to be for that to hold, whatever the rules say. */
    readonly expected: Expectation,
    /** Why the value is indifferent, or what lies beyond the expectation. */
    readonly why: string,
    /** Types of the resources of which one has to determine the value; none: it may be a literal. */
    readonly targets: string[] = [],
    /** Whether a value with parts of its own, such as a policy document, counts as one value. */
    readonly whole = false,
  ) {}
}

/** Elements of a list that are all alike, or values of a map with free keys. */
export class Each {
  constructor(readonly element: Declaration) {}
}

/** Elements of a list by what one of their properties says, such as parameters by their names. */
export class Named {
  constructor(
    readonly key: string,
    readonly elements: Record<string, Declaration>,
  ) {}
}

/** Properties by name. */
export interface Fields {
  [property: string]: Declaration;
}

export type Declaration = Leaf | Each | Named | Fields;

/** Judged by rules of the pack; a test breaks the property and expects one of them to object. */
export function judged(...rules: string[]): Leaf {
  return new Leaf(rules, isAny, "a rule decides");
}

/** Judged by rules, and by an expectation where they accept more than is wanted. */
export function judgedWithin(expected: Expectation, why: string, ...rules: string[]): Leaf {
  return new Leaf(rules, expected, why);
}

/** Indifferent whatever it is, and whether or not it is known. */
export function free(why: string): Leaf {
  return new Leaf([], isAny, why);
}

/** Indifferent as long as it is as expected; `why` says what lies beyond. */
export function only(expected: Expectation, why: string): Leaf {
  return new Leaf([], expected, why);
}

/** One of these values and no other. */
export function fixed(...allowed: (string | number | boolean)[]): Leaf {
  return only(oneOf(...allowed), "another one has not been reviewed");
}

/** Determined by a resource of this stack, of one of the types: no literal leads elsewhere. */
export function leadsTo(...types: string[]): Leaf {
  return new Leaf([], isAny, "a literal could lead anywhere", types);
}

/** The same, where rules judge the value too. */
export function judgedAndLeadsTo(types: string[], ...rules: string[]): Leaf {
  return new Leaf(rules, isAny, "a literal could lead anywhere", types);
}

/** A value with parts that a rule reads as a whole. */
export function document(...rules: string[]): Leaf {
  return new Leaf(rules, isAny, "a rule reads it as a whole", [], true);
}

/** A value with parts that nothing reads; `why` says who else does. */
export function opaque(why: string): Leaf {
  return new Leaf([], isAny, why, [], true);
}

export function each(element: Declaration): Each {
  return new Each(element);
}

export function by(key: string, elements: Record<string, Declaration>): Named {
  return new Named(key, elements);
}

/** Reasons that many properties share. */
export const identity = "another value is another stack, not a less available one";
export const wording = "words for people";
export const security = "a stricter or laxer one lets the service run as before";
export const tuning = "any value keeps the service up";
