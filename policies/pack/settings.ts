import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tiers, type Tier } from "../model/rule";

/** A workload or resource that a rule need not hold for, and why. */
export interface Exemption {
  /** Resource name, or `namespace/name` of what a release deploys. */
  workload: string;
  /** Names of the rules. */
  rules: string[];
  reason: string;
}

/** What the pack is told about the stack that it judges. */
export interface Settings {
  /** The project's folder: charts are found from it. */
  root: string;
  stack: string;
  /** The strictest where nothing says otherwise. */
  tier: Tier;
  /** Longest database failover, seconds; absent: AWS's quoted time and 10 s of ours. */
  failoverTargetSeconds?: number;
  exemptions: Exemption[];
  /** Helm's executable, for releases without fitting committed objects; absent: the PATH's. */
  helm?: string;
}

interface Config {
  stacks: Record<string, { tier: Tier; failoverTargetSeconds?: number }>;
  exemptions: Exemption[];
}

/**
 * A stack's settings from `policies/config.json`, which the preview, `npm run policy` and the engine
 * all read, so that no flag can be forgotten. A stack that it does not name is `enterprise`.
 * Throws an error that names the key when the file cannot be used.
 */
export function readSettings(root: string, stack: string): Settings {
  const file = join("policies", "config.json");
  const config = JSON.parse(readFileSync(join(root, file), "utf8")) as Config;
  const { tier = "enterprise", failoverTargetSeconds } = config.stacks[stack] ?? {};
  if (!tiers.includes(tier))
    throw new Error(
      `${file}: stacks.${stack}.tier: "${tier}" is not allowed; allowed: ${tiers.join(", ")}`,
    );
  for (const { workload, rules, reason } of config.exemptions)
    if (!workload || !rules?.length || !reason)
      throw new Error(
        `${file}: exemptions: "${workload}" is incomplete; it needs workload, rules and reason`,
      );
  return { root, stack, tier, failoverTargetSeconds, exemptions: config.exemptions };
}
