import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { problemsOfExemption } from "./exemptions";
import { problemsOfAlone } from "../model/alone";
import { tiers, type Alone, type Exemption, type Settings, type Tier } from "../model/settings";

/** `policies/config.json`. */
interface PackConfig {
  /** By stack. */
  failoverTargetSeconds: Record<string, number>;
  exemptions: Exemption[];
  /** By stack; absent: none. */
  alone?: Record<string, Alone>;
}

/** What the program's own configuration calls the tier. */
const tierKey = "mini-xdr:tier";
/** What it calls the cluster's settings, of which version and deploy role count here. */
const clusterKey = "mini-xdr:cluster";
/** What it calls the lost stack whose place this one takes. */
const recoveryKey = "mini-xdr:recovery";

/**
 * A stack's settings: its tier from `Pulumi.STACK.yaml`, the rest from `policies/config.json`. The
 * preview, `npm run policy` and the engine all read them here, so that no flag can be forgotten. A
 * stack without such a file or key is `enterprise`.
 *
 * @throws SettingsError when one of them cannot be used.
 */
export function readSettings(root: string, stack: string): Settings {
  const today = new Date().toISOString().slice(0, "YYYY-MM-DD".length);
  const { failoverTargetSeconds, exemptions, alone } = readPackConfig(root, today);
  return {
    root,
    stack,
    tier: readTier(root, stack),
    kubernetes: readCluster(root, stack).version,
    deployRole: readCluster(root, stack).deployRoleArn,
    failoverTargetSeconds: failoverTargetSeconds[stack],
    exemptions,
    recoveryOf: readRecovery(root, stack),
    alone: alone?.[stack],
    today,
  };
}

/** A file that the pack's settings come from cannot be used; the message names file and key. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

function readPackConfig(root: string, today: string): PackConfig {
  const file = join("policies", "config.json");
  let config: PackConfig;
  try {
    config = JSON.parse(readFileSync(join(root, file), "utf8")) as PackConfig;
  } catch (error) {
    throw new SettingsError(`${file}: not readable: ${(error as Error).message}`, { cause: error });
  }
  const problems = problemsOf(config, today);
  if (problems.length > 0) throw new SettingsError(problems.map((p) => `${file}: ${p}`).join("\n"));
  return config;
}

/** What is wrong with the pack's configuration, a clause each. */
function problemsOf(config: Partial<PackConfig> | null, today: string): string[] {
  const { failoverTargetSeconds: targets, exemptions, alone = {} } = config ?? {};
  if (targets === null || typeof targets !== "object" || !Array.isArray(exemptions))
    return ["it must have failoverTargetSeconds, seconds by stack, and a list of exemptions"];
  return [
    ...Object.entries(targets)
      .filter(([, seconds]) => !(typeof seconds === "number" && seconds > 0))
      .map(
        ([stack, seconds]) =>
          `failoverTargetSeconds.${stack}: ${JSON.stringify(seconds)} is not allowed; allowed: seconds above 0`,
      ),
    ...exemptions.flatMap((exemption) => problemsOfExemption(exemption, today)),
    ...Object.entries(alone).flatMap(([stack, leave]) => problemsOfAlone(stack, leave, today)),
  ];
}

function readTier(root: string, stack: string): Tier {
  const file = `Pulumi.${stack}.yaml`;
  if (!existsSync(join(root, file))) return "enterprise";
  const { [tierKey]: tier = "enterprise" } = readStackConfig(root, file);
  if (!tiers.includes(tier as Tier))
    throw new SettingsError(
      `${file}: ${tierKey}: ${JSON.stringify(tier)} is not allowed; allowed: ${tiers.join(", ")}`,
    );
  return tier as Tier;
}

/** The cluster's own version, in which its charts are rendered, and the role that deploys. */
function readCluster(root: string, stack: string): Record<string, string | undefined> {
  const file = `Pulumi.${stack}.yaml`;
  if (!existsSync(join(root, file))) return {};
  const cluster = (readStackConfig(root, file)[clusterKey] ?? {}) as Record<string, unknown>;
  const text = (key: string) => (typeof cluster[key] === "string" ? cluster[key] : undefined);
  return { version: text("version"), deployRoleArn: text("deployRoleArn") };
}

function readRecovery(root: string, stack: string): string | undefined {
  const file = `Pulumi.${stack}.yaml`;
  if (!existsSync(join(root, file))) return undefined;
  const recovery = readStackConfig(root, file)[recoveryKey] as { of?: unknown } | undefined;
  return typeof recovery?.of === "string" ? recovery.of : undefined;
}

function readStackConfig(root: string, file: string): Record<string, unknown> {
  try {
    const settings = load(readFileSync(join(root, file), "utf8"));
    return (settings as { config?: Record<string, unknown> } | null)?.config ?? {};
  } catch (error) {
    throw new SettingsError(`${file}: not readable: ${(error as Error).message}`, { cause: error });
  }
}
