import type { Resource } from "../model/resource";
import type { Exemption, Settings } from "../model/settings";

/** Name under which an exemption that exempts nothing, or no longer, is reported. */
export const exemptionPolicy = "exemption-in-use";

const day = 24 * 3600 * 1000;
/** Days ahead that an exemption may reach: a year, and then somebody looks again. */
const longest = 366;

/** What is wrong with an exemption as it is written, a clause each. */
export function problemsOfExemption(written: Partial<Exemption> | null, today: string): string[] {
  const { object, until, reason, excuses } = written ?? {};
  const named = typeof object === "string" && / ./.test(object);
  const texts = Object.values(excuses ?? {});
  const excused =
    texts.length > 0 &&
    texts.every((all) => Array.isArray(all) && all.length > 0 && all.every(isText));
  if (!named || !isText(until) || !isText(reason) || !excused)
    return [
      `exemptions: "${object}" is incomplete; it needs object (kind and name), until, reason and excuses (by rule, what it says)`,
    ];
  const ahead = (Date.parse(until) - Date.parse(today)) / day;
  if (/^\d{4}-\d\d-\d\d$/.test(until) && ahead <= longest) return [];
  return [
    `exemptions: "${object}": until: "${until}" is not allowed; allowed: a day, YYYY-MM-DD, a year ahead at most`,
  ];
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** What exemptions excuse, and what of that was needed. */
export class Exemptions {
  private readonly used = new Set<string>();

  constructor(private readonly settings: Settings) {}

  /** Whether what a rule says of a resource is excused, word for word, and still is today. */
  excuse(resource: Resource, rule: string, problem: string): boolean {
    const { exemptions, today } = this.settings;
    const object = objectOf(resource);
    const found = exemptions.some(
      (exemption) =>
        exemption.object === object &&
        exemption.until >= today &&
        exemption.excuses[rule]?.includes(problem),
    );
    if (found) this.used.add(key(object, rule, problem));
    return found;
  }

  /** Exemptions that have ended, or that nothing needs: each would let a later change slip through. */
  problems(): string[] {
    const { exemptions, today } = this.settings;
    return exemptions.flatMap(({ object, until, excuses }) =>
      until < today
        ? [
            `the exemption of ${object} has ended on ${until}; mend it, or have it renewed in a review`,
          ]
        : Object.entries(excuses).flatMap(([rule, problems]) =>
            problems
              .filter((problem) => !this.used.has(key(object, rule, problem)))
              .map(
                (problem) =>
                  `${object} needs no exemption from ${rule} for "${problem}"; remove it from policies/config.json`,
              ),
          ),
    );
  }
}

/** Every exemption, a line each, as every run prints it. */
export function describeExemptions({ exemptions }: Settings): string[] {
  return exemptions.map(
    ({ object, until, excuses }) =>
      `exempt until ${until}: ${object} from ${Object.keys(excuses).join(", ")}`,
  );
}

/** Kind and name: another kind of the same name is another object. */
export function objectOf({ type, name }: Resource): string {
  return `${type.split(":").pop()} ${name}`;
}

function key(object: string, rule: string, problem: string): string {
  return [object, rule, problem].join("\n");
}
