/** What a provider does with a resource of which a property changes. */
export type Effect = "replace" | "may" | "in place";

/** When a change replaces, where it does not always. */
export interface Condition {
  /** The condition, as a clause after "replaced if". */
  says: string;
  /** Whether it holds, where the values before and after decide; absent: no plan can tell. */
  holds?: (before: unknown, after: unknown) => boolean;
}

/** What the changes of one type's properties do. Paths are of names alone: `vpcConfig.subnetIds`. */
export interface TypeEffects {
  /** What is lost with a resource of it, as a noun; absent: nothing that is not made anew. */
  holds?: string;
  /** Where that is written: files of the provider, and what else was read. */
  source: string;
  /** Property that holds a name of which there can be only one, where the program gives it. */
  named?: string;
  /**
   * Whether the provider itself deletes a resource with such a name before it makes the new one: what
   * Pulumi could name, and the program did (nameRequiresDeleteBeforeReplace in pulumi-terraform-bridge,
   * SetAutonaming and AutoName in pulumi-aws; deleteBeforeReplace in pulumi-kubernetes, provider.go).
   */
  deletedFirst?: boolean;
  replace: string[];
  inPlace: string[];
  may?: Record<string, Condition>;
}

/** What becomes of a resource by one change, and why. */
export interface Consequence {
  effect: Effect;
  /** The condition, or why nothing is known; absent: the property always does that. */
  because?: string;
}

/** What a plan shows in the place of a value that it does not tell. */
const closed: unknown[] = ["[secret]", "[unknown]"];

/**
 * What a change at a path does to a resource, by the table of its type. What the table does not
 * classify may replace it.
 *
 * @param path steps to what changes; the numbers of a list's elements do not count
 * @param value the values at a path of names, before and after
 */
export function consequenceOf(
  effects: TypeEffects | undefined,
  path: (string | number)[],
  value: (path: string) => { before: unknown; after: unknown },
): Consequence {
  if (!effects) return { effect: "may", because: "its type is not classified" };
  const steps = path.filter((step) => typeof step === "string");
  for (let length = steps.length; length > 0; length--) {
    const name = steps.slice(0, length).join(".");
    if (effects.replace.includes(name)) return { effect: "replace" };
    const condition = effects.may?.[name];
    if (condition) return conditional(condition, value(name));
    if (effects.inPlace.includes(name)) return { effect: "in place" };
  }
  return { effect: "may", because: `${steps.join(".")} is not classified` };
}

function conditional(
  { says, holds }: Condition,
  { before, after }: { before: unknown; after: unknown },
): Consequence {
  const because = `if ${says}`;
  if (!holds || closed.includes(before) || closed.includes(after))
    return { effect: "may", because };
  return holds(before, after) ? { effect: "replace", because } : { effect: "in place" };
}

/** Whether a table says something of a property, whatever that is. */
export function isClassified({ replace, inPlace, may = {} }: TypeEffects, property: string) {
  return [...replace, ...inPlace, ...Object.keys(may)].some(
    (name) => name === property || name.startsWith(`${property}.`),
  );
}
