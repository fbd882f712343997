import { sealed, unknown, type Properties } from "./resource";

/**
 * A policy document, given as an object or as JSON; undefined where it is not known yet, or is none.
 * What may stand in it is for the caller to judge.
 */
export function documentOf(value: unknown): Properties | undefined {
  if (value === unknown || value === sealed) return undefined;
  if (typeof value !== "string") return value as Properties | undefined;
  try {
    return JSON.parse(value) as Properties;
  } catch {
    return undefined;
  }
}
