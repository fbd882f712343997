import { mismatch, type Expectation } from "./expectation";
import type { Resource, Stack } from "./resource";
import type { Settings, Tier } from "./settings";

/** What a rule protects; also its folder and its page in docs/policies. */
export const groups = [
  "declared",
  "workloads",
  "database",
  "pooler",
  "cluster",
  "network",
  "backups",
  "cache",
  "edge",
  "keys",
  "observability",
  "stack",
] as const;
export type Group = (typeof groups)[number];

/** A rule as its file states it. */
export interface RuleDefinition {
  /** Unique, in kebab case: what it demands. */
  name: string;
  severity: "medium" | "high" | "critical";
  /** Mandatory from this tier upwards; advisory below it. */
  from: Tier;
  /** One sentence: what must hold. */
  demands: string;
  /** Why: what is lost without it. */
  reason: string;
  /** What has to be at hand: the resource alone, the objects of its release, or the whole stack. */
  needs: "resource" | "release" | "stack";
  /** Type tokens of what it judges. */
  types: string[] | "all";
  /** What is wrong, a clause each; empty when nothing is. */
  judge(resource: Resource, stack: Stack, settings: Settings): string[];
}

/** A rule of the pack. */
export interface Rule extends RuleDefinition {
  group: Group;
}

type PropertyRule = Omit<RuleDefinition, "needs" | "types" | "judge"> & {
  /** By type: what each property must be. */
  require: Record<string, Record<string, Expectation>>;
  /** Resources of those types that it does not concern. */
  except?: (resource: Resource) => boolean;
};

/** A rule that looks at properties of one resource, each by itself. */
export function propertyRule({ require, except, ...rule }: PropertyRule): RuleDefinition {
  return {
    ...rule,
    needs: "resource",
    types: Object.keys(require),
    judge: (resource) =>
      except?.(resource)
        ? []
        : Object.entries(require[resource.type] ?? {})
            .map(([path, expected]) => mismatch(resource.properties, path, expected))
            .filter((problem) => problem !== undefined),
  };
}
