import { at, sealed, unknown } from "./resource";

/** What a value has to be. Whatever is absent, unknown or sealed does not meet it, save `isAssigned` and `onceKnown`. */
export interface Expectation {
  /** Completes "must be …". */
  says: string;
  accepts(value: unknown): boolean;
}

const expectation = (says: string, accepts: (value: unknown) => boolean): Expectation => ({
  says,
  accepts,
});

export const isTrue = expectation("true", (value) => value === true);
export const isFalse = expectation("false", (value) => value === false);
export const isSet = expectation(
  "set",
  (value) => typeof value === "string" && value !== "" && value !== sealed,
);
/** Set to something that may be known only after creation, such as a key's ARN or a password. */
export const isAssigned = expectation("set", (value) => value !== undefined && value !== "");
/** Any single value, also one that is not known yet or sealed. */
export const isAny = expectation("any value", () => true);
export const oneOf = (...allowed: (string | number | boolean)[]) =>
  expectation(`one of ${allowed.map((value) => JSON.stringify(value)).join(", ")}`, (value) =>
    allowed.some((other) => other === value),
  );
export const equals = (expected: string | number | boolean) =>
  expectation(JSON.stringify(expected), (value) => value === expected);
export const atLeast = (least: number) =>
  expectation(`${least} or more`, (value) => typeof value === "number" && value >= least);
export const between = (least: number, most: number) =>
  expectation(
    `from ${least} to ${most}`,
    (value) => typeof value === "number" && value >= least && value <= most,
  );
export const matches = (pattern: RegExp, says: string) =>
  expectation(says, (value) => typeof value === "string" && pattern.test(value));
export const includes = (...members: string[]) =>
  expectation(
    `a list with ${members.join(", ")}`,
    (value) => Array.isArray(value) && members.every((member) => value.includes(member)),
  );
export const isObject = expectation(
  "an object",
  (value) => value !== null && typeof value === "object" && !Array.isArray(value),
);
export const isNotEmpty = expectation(
  "a list that is not empty",
  (value) => Array.isArray(value) && value.length > 0,
);

/**
 * Accepts also what the first preview does not know. For what a plugin's component derives itself:
 * the engine asks again, with the value, before it creates the resource.
 */
export const onceKnown = ({ says, accepts }: Expectation) =>
  expectation(says, (value) => value === unknown || accepts(value));

/** What is wrong with the value at a path, as one clause; undefined when it is as expected. */
export function mismatch(subject: unknown, path: string, expected: Expectation) {
  const value = at(subject, path);
  return expected.accepts(value)
    ? undefined
    : `${path} is ${show(value)}; it must be ${expected.says}`;
}

/** A value as a message shows it; nothing of a secret. */
export function show(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === unknown) return "not known before creation, so it cannot be judged";
  if (value === sealed) return "sealed as a secret, so it cannot be judged";
  const text = JSON.stringify(value, (_, part: unknown) => (part === unknown ? "unknown" : part));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
