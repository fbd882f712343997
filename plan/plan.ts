import type { Violation } from "../policies/pack/judge";
import { writeJson } from "../lib/json-file";

/** Version of the plan file; others read it too, so a change of meaning is a new version. */
export const planVersion = 1;

/** A value that is secret: its content never reaches a plan. */
export const secretMark = "[secret]";

/** A value that exists only after creation, in plans that carry no stand-in for it. */
export const unknownMark = "[unknown]";

/** A step into an input: a property's name or a list's index. */
export type Path = (string | number)[];

/** One resource with its final inputs, as the program registered it. */
export interface PlannedResource {
  urn: string;
  type: string;
  name: string;
  parent: string | null;
  /** False for components, whose children do the work. */
  custom: boolean;
  /** True for a component whose children a plugin creates. */
  remote: boolean;
  /** URN of the provider; null: the default one. */
  provider: string | null;
  protect: boolean;
  inputs: Record<string, unknown>;
  /** Inputs that the engine's first preview would not know, as paths into `inputs`. */
  unknowns: Path[];
  options: {
    ignoreChanges: string[];
    deletedWith: string | null;
    retainOnDelete: boolean;
    aliases: string[];
    deleteBeforeReplace: boolean;
    replaceOnChanges: string[];
    /** Id of an existing resource that it takes over; empty: none. */
    importId: string;
    customTimeouts: boolean;
  };
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
}

/** Whether a violation blocks its change. */
export function isMandatory({ enforcementLevel }: Violation): boolean {
  return enforcementLevel === "mandatory";
}

/** Whether a mandatory rule is broken. */
export function isBlocked({ violations }: Plan): boolean {
  return violations.some(isMandatory);
}

/** A stack, evaluated once: what everything else reads. The same commit gives the same bytes. */
export interface Plan {
  version: typeof planVersion;
  project: string;
  stack: string;
  resources: PlannedResource[];
  outputs: Record<string, unknown>;
  violations: Violation[];
}

/** Writes a plan file; the same plan gives the same bytes. */
export function writePlan(file: string, plan: Plan): void {
  writeJson(file, plan);
}
