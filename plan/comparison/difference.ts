import { isDeepStrictEqual } from "node:util";
import type { Path } from "../plan";

/** A place at which two values differ; a side that has nothing there is undefined. */
export interface Difference {
  path: Path;
  before?: unknown;
  after?: unknown;
}

type Container = Record<string, unknown> | unknown[];

/**
 * Where two values differ, as deep as they have the same shape: JSON text is looked into, elements of a
 * list that have names are told by them, and a list of plain values is one value.
 */
export function differences(before: unknown, after: unknown, path: Path = []): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, now] = [opened(before), opened(after)];
  if (Array.isArray(old) && Array.isArray(now)) return ofLists(old, now, path);
  if (isRecord(old) && isRecord(now)) return ofRecords(old, now, path);
  return [
    {
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ];
}

/** A path for people: `rules[2].filter.prefix`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`,
    )
    .join("");
}

function ofRecords(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path: Path,
): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .flatMap((key) => differences(own(before, key), own(after, key), [...path, key]));
}

function ofLists(before: unknown[], after: unknown[], path: Path): Difference[] {
  const [old, now] = [byName(before), byName(after)];
  if (old && now) return ofRecords(old, now, path);
  if (![...before, ...after].every(isRecord)) return [{ path, before, after }];
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, index) =>
    differences(before[index], after[index], [...path, index]),
  ).flat();
}

/** The elements of a list by their names; undefined where one has none, or two have the same. */
function byName(list: unknown[]): Record<string, unknown> | undefined {
  const named = list.map((element): [string, unknown] | undefined =>
    isRecord(element) && typeof element.name === "string" ? [element.name, element] : undefined,
  );
  if (!named.every((entry) => entry !== undefined)) return undefined;
  const found = Object.fromEntries(named);
  return Object.keys(found).length === list.length ? found : undefined;
}

/** The document in a text that is one, such as a policy. */
function opened(value: unknown): Container | undefined {
  if (Array.isArray(value) || isRecord(value)) return value;
  if (typeof value !== "string" || !/^[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value) as Container;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
