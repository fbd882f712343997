import assert from "node:assert/strict";
import { judgeOne } from "../../../policies/pack/judge";
import { Stack, type Properties, type Resource } from "../../../policies/model/resource";
import { releaseType } from "../../../policies/model/kubernetes";
import { rules } from "../../../policies/rules";
import { declaredTypes } from "../../../policies/declared/table";
import {
  Each,
  Leaf,
  Named,
  type Declaration,
  type Fields,
} from "../../../policies/declared/declaration";
import { judgedStack, type Judged } from "../support";

/** A place of a planned resource whose value the table says is judged. */
interface Claim {
  resource: Resource;
  path: string[];
  rules: string[];
}

/** What a value is broken by; which of them a rule minds is the rule's business. */
const broken = [undefined, "another", "", 0, 1, 99_999_999, true, false, "*", []];

/**
 * The rule that a declaration names objects to some value at that place. Without this, the word
 * "judged" would be a way to declare a property indifferent without saying so.
 */
describe("what the table says is judged", function () {
  this.timeout(120_000);
  const stacks: Judged[] = [];
  const claims = new Map<string, Claim[]>();

  before(async () => {
    for (const stack of ["prod", "staging"]) {
      const judged = await judgedStack(stack);
      stacks.push(judged);
      for (const resource of judged.resources)
        for (const claim of claimsOf(resource)) {
          const place = `${resource.type} ${general(claim.path)}`;
          claims.set(place, [...(claims.get(place) ?? []), claim]);
        }
    }
  });

  it("names rules of the pack", () => {
    const names = rules.map(({ name }) => name);
    const unknownOnes = Object.values(declaredTypes)
      .flatMap(rulesIn)
      .filter((name) => !names.includes(name));
    assert.deepEqual([...new Set(unknownOnes)], []);
  });

  it("is judged by one of them, wherever the plans have it", () => {
    const unproved = [...claims].filter(([, places]) => !places.some(isProved));
    console.log(`      ${claims.size - unproved.length} of ${claims.size} places are proved`);
    assert.deepEqual(
      unproved.map(([place, [first]]) => `${place}: ${first!.rules.join(", ")}`),
      [],
    );
  });

  function isProved({ resource, path, rules: named }: Claim): boolean {
    const { resources, settings } = stacks.find((judged) => judged.resources.includes(resource))!;
    return broken.some((value) => {
      const changed = renamed({
        ...resource,
        properties: set(resource.properties, path, value) as Properties,
      });
      const stack = new Stack(resources.map((other) => (other === resource ? changed : other)));
      return rules
        .filter(({ name }) => named.includes(name))
        .some((rule) =>
          (rule.types === "all" ? [changed] : stack.ofType(...rule.types)).some(
            (judged) => judgeOne(rule, judged, stack, settings).length > 0,
          ),
        );
    });
  }
});

/** Claims about the values that a resource has; a release's own values are judged as objects. */
function claimsOf(resource: Resource): Claim[] {
  const fields = declaredTypes[resource.type];
  const places = fields ? leaves(resource.properties, fields, []) : [];
  return places
    .filter(({ path }) => !(resource.type === releaseType && path[0] === "values"))
    .map(({ path, leaf }) => ({ resource, path, rules: leaf.rules }))
    .filter((claim) => claim.rules.length > 0 && !claim.rules.every(isOfTheTable));
}

/** An object of a release goes by its own name. */
function renamed(resource: Resource): Resource {
  if (!resource.release) return resource;
  const metadata = resource.properties.metadata as { name?: unknown } | undefined;
  const [namespace] = resource.name.split("/");
  return { ...resource, name: `${namespace}/${String(metadata?.name)}` };
}

/** Judged by the table itself: its type, or its name within a list. */
function isOfTheTable(rule: string): boolean {
  return rule === "declared-types" || rule === "declared-properties";
}

function leaves(
  value: unknown,
  declaration: Declaration | undefined,
  path: string[],
): { path: string[]; leaf: Leaf }[] {
  if (value === undefined || !declaration) return [];
  if (declaration instanceof Leaf) return [{ path, leaf: declaration }];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const part =
      declaration instanceof Each
        ? declaration.element
        : declaration instanceof Named
          ? declaration.elements[String((item as Properties)[declaration.key])]
          : (declaration as Fields)[key];
    return leaves(item, part, [...path, key]);
  });
}

function general(path: string[]): string {
  return path.map((step) => (/^\d+$/.test(step) ? "*" : step)).join("/");
}

function rulesIn(declaration: Declaration): string[] {
  if (declaration instanceof Leaf) return declaration.rules;
  if (declaration instanceof Each) return rulesIn(declaration.element);
  const parts = declaration instanceof Named ? declaration.elements : (declaration as Fields);
  return Object.values(parts).flatMap(rulesIn);
}

function set(container: unknown, [step, ...rest]: string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(container))
    return container.map((item, index) => (String(index) === step ? set(item, rest, value) : item));
  const copy = { ...(container as Properties) };
  const changed = set(copy[step], rest, value);
  if (changed === undefined) Reflect.deleteProperty(copy, step);
  else copy[step] = changed;
  return copy;
}
