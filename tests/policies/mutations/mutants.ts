import type { PlannedResource } from "../../../plan/plan";
import { unknown, type Properties, type Resource } from "../../../policies/model/resource";
import { availability, poolerSettings, present, references } from "./availability";

/** One way to make the stack less available. */
export interface Mutant {
  resource: Resource;
  /** What is broken, such as `multiAz: set to false`. */
  change: string;
  /** The broken resource; undefined: it is gone. */
  broken: Resource | undefined;
}

type Path = (string | number)[];

/** Every mutant of a resource that the lists know. */
export function mutantsOf(resource: Resource, planned: PlannedResource | undefined): Mutant[] {
  return [
    ...Object.entries(availability[resource.type] ?? {}).flatMap(([pattern, values]) =>
      find(resource.properties, pattern.split("/")).flatMap((path) =>
        broken(resource, path, values, planned),
      ),
    ),
    ...ofPooler(resource),
    ...ofOptions(resource, planned),
    ...(present.includes(resource.type)
      ? [{ resource, change: "the whole resource: taken away", broken: undefined }]
      : []),
  ];
}

function broken(
  resource: Resource,
  path: Path,
  values: unknown[],
  planned: PlannedResource | undefined,
): Mutant[] {
  const mutant = (how: string, change: (container: Properties, key: string) => void): Mutant => ({
    resource,
    change: `${path.join(".")}: ${how}`,
    broken: { ...resource, properties: changed(resource.properties, path, change) },
  });
  const openAtFirst =
    references.includes(String(path[0])) ||
    planned?.unknowns.some((other) => isWithin(path, other));
  return [
    mutant("removed", (container, key) => {
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else Reflect.deleteProperty(container, key);
    }),
    ...values
      .filter(
        (value) => JSON.stringify(value) !== JSON.stringify(valueAt(resource.properties, path)),
      )
      .map((value) =>
        mutant(`set to ${JSON.stringify(value)}`, (container, key) => {
          container[key] = value;
        }),
      ),
    // What the first preview does not know either is judged by what determines it.
    ...(openAtFirst
      ? []
      : [
          mutant("made unknown", (container, key) => {
            container[key] = unknown;
          }),
        ]),
  ];
}

function ofPooler(resource: Resource): Mutant[] {
  const file = (resource.properties.data as Record<string, unknown> | undefined)?.["pgbouncer.ini"];
  if (typeof file !== "string") return [];
  const mutant = (key: string, how: string, line: string | undefined): Mutant => ({
    resource,
    change: `pgbouncer.ini ${key}: ${how}`,
    broken: {
      ...resource,
      properties: {
        ...resource.properties,
        data: {
          "pgbouncer.ini": file.replace(new RegExp(`^${key} = .*$`, "m"), line ?? ""),
        },
      },
    },
  });
  return Object.entries(poolerSettings).flatMap(([key, values]) => [
    mutant(key, "removed", undefined),
    ...values.map((value) => mutant(key, `set to ${value}`, `${key} = ${value}`)),
  ]);
}

/** Protection taken away, changes ignored: for whatever has availability properties. */
function ofOptions(resource: Resource, planned: PlannedResource | undefined): Mutant[] {
  if (!planned || !availability[resource.type]) return [];
  return [
    { resource, change: "ignoreChanges: set to *", broken: { ...resource, ignoreChanges: ["*"] } },
    ...(resource.protect
      ? [{ resource, change: "protect: set to false", broken: { ...resource, protect: false } }]
      : []),
  ];
}

/** Paths in a value that a pattern names. */
export function find(value: unknown, pattern: string[], path: Path = []): Path[] {
  const [step, ...rest] = pattern;
  if (step === undefined) return [path];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value)
    .filter(([key, item]) => item !== undefined && matches(step, key, item, Array.isArray(value)))
    .flatMap(([key, item]) =>
      find(item, rest, [...path, Array.isArray(value) ? Number(key) : key]),
    );
}

function matches(step: string, key: string, item: unknown, inList: boolean): boolean {
  const [, property, wanted] = /^\[(\w*)=(.+)\]$/.exec(step) ?? [];
  if (wanted === undefined) return step === key || (step === "*" && inList);
  return inList && (property ? (item as Properties)?.[property] === wanted : item === wanted);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, step) => (found as Properties)[step], value);
}

function changed(
  properties: Properties,
  path: Path,
  change: (container: Properties, key: string) => void,
): Properties {
  const copy = structuredClone(properties);
  const container = path
    .slice(0, -1)
    .reduce<unknown>((found, step) => (found as Properties)[step], copy);
  change(container as Properties, String(path.at(-1)));
  return copy;
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.every((step, index) => path[index] === step);
}
