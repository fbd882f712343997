import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { tiers, type Exemption, type Settings, type Tier } from "../model/settings";

/** `policies/config.json`. */
interface PackConfig {
  /** By stack. */
  failoverTargetSeconds: Record<string, number>;
  exemptions: Exemption[];
}

/** What the program's own configuration calls the tier. */
const tierKey = "mini-xdr:tier";

/**
 * A stack's settings: its tier from `Pulumi.STACK.yaml`, the rest from `policies/config.json`. The
 * preview, `npm run policy` and the engine all read them here, so that no flag can be forgotten. A
 * stack without such a file or key is `enterprise`.
 *
 * @throws an error that names file and key when one of them cannot be used.
 */
export function readSettings(root: string, stack: string): Settings {
  const file = join("policies", "config.json");
  const config = JSON.parse(readFileSync(join(root, file), "utf8")) as PackConfig;
  for (const { workload, rules, reason } of config.exemptions)
    if (!workload || !rules?.length || !reason)
      throw new Error(
        `${file}: exemptions: "${workload}" is incomplete; it needs workload, rules and reason`,
      );
  return {
    root,
    stack,
    tier: readTier(root, stack),
    failoverTargetSeconds: config.failoverTargetSeconds[stack],
    exemptions: config.exemptions,
  };
}

function readTier(root: string, stack: string): Tier {
  const file = `Pulumi.${stack}.yaml`;
  if (!existsSync(join(root, file))) return "enterprise";
  const { [tierKey]: tier = "enterprise" } = readStackConfig(root, file);
  if (!tiers.includes(tier as Tier))
    throw new Error(
      `${file}: ${tierKey}: ${JSON.stringify(tier)} is not allowed; allowed: ${tiers.join(", ")}`,
    );
  return tier as Tier;
}

function readStackConfig(root: string, file: string): Record<string, unknown> {
  try {
    const settings = load(readFileSync(join(root, file), "utf8"));
    return (settings as { config?: Record<string, unknown> } | null)?.config ?? {};
  } catch (error) {
    throw new Error(`${file}: not readable: ${(error as Error).message}`, { cause: error });
  }
}
