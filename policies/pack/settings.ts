import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tiers, type Exemption, type Settings, type Tier } from "../model/settings";

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
