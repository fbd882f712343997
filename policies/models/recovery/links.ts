import type { Resource, Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import type { Settings } from "../../model/settings";
import keyGuarded from "../../rules/keys/key-guarded";
import keyDeletionWindow from "../../rules/keys/key-deletion-window";
import { broken } from "../chain";
import { untoldOf } from "../detection";
import type { Break } from "../line";

export const keyType = "aws:kms/key:Key";

/** What is judged: a datum by its name, in a stack. */
export interface Question {
  of: string;
  stack: Stack;
  settings: Settings;
}

/** A link that holds where rules of the pack have nothing to object. */
export function held(
  { of, stack, settings }: Question,
  link: string,
  object: Resource,
  ...rules: RuleDefinition[]
): Break[] {
  const problems = rules.flatMap((rule) => rule.judge(object, stack, settings));
  return broken(of, link, object, problems);
}

/**
 * The key behind a property: there, of this stack, enabled, in the same Region, and not to be deleted
 * in a hurry. Without it a copy is noise.
 */
export function keyed(
  question: Question,
  object: Resource,
  property: string,
  region = object.properties.region,
): Break[] {
  const [key] = question.stack.behind(object, property, keyType);
  return key
    ? usable(question, key, region)
    : broken(question.of, "key of", object, [`${property} names no key of this stack`]);
}

/** Whether a key can be used, and will be there when it is needed. */
export function usable(question: Question, key: Resource, region: unknown): Break[] {
  return [
    ...broken(question.of, "key", key, [
      key.properties.isEnabled === undefined || key.properties.isEnabled === true
        ? undefined
        : "it is switched off",
      key.protect ? undefined : "the option protect is false; it must be true",
      key.properties.region === region ? undefined : "it is in another Region than what it opens",
    ]),
    ...held(question, "key", key, keyDeletionWindow, keyGuarded),
  ];
}

/** An alert is a link like any other: nobody mends a copy of which nobody is told that it fails. */
export function toldOf({ of, stack, settings }: Question, ...faults: string[]): Break[] {
  return faults
    .flatMap((fault) => untoldOf(fault, stack, settings))
    .map(({ urn, problem }) => ({ urn, problem: `${of}: alert on ${problem}` }));
}
