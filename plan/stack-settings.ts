import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { UsageError } from "../lib/ends";
import { secretMark } from "./plan";
import { stackNames } from "./stack-names";

/** What the engine would hand to the program of one stack. */
export interface StackSettings {
  project: string;
  stack: string;
  /** Configuration as text, structured values as JSON; what is encrypted stays closed. */
  config: Record<string, string>;
  secretKeys: string[];
}

/** Reads `Pulumi.yaml` and `Pulumi.STACK.yaml`. Throws a {@link UsageError} that names what is wrong. */
export function readStackSettings(root: string, stack: string): StackSettings {
  const file = join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(file))
    throw new UsageError(
      `--stack: "${stack}" is not allowed; allowed: ${stackNames(root).join(", ")}`,
    );
  const project = yaml(join(root, "Pulumi.yaml")).name as string;
  const config: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [key, value] of Object.entries(yaml(file).config ?? {})) {
    const name = key.includes(":") ? key : `${project}:${key}`;
    if (isEncrypted(value)) secretKeys.push(name);
    config[name] = text(value);
  }
  return { project, stack, config, secretKeys };
}

function yaml(file: string): { name?: string; config?: Record<string, unknown> } {
  try {
    return (load(readFileSync(file, "utf8")) ?? {}) as ReturnType<typeof yaml>;
  } catch (error) {
    throw new UsageError(`${file.split("/").pop()}: not readable: ${(error as Error).message}`);
  }
}

function isEncrypted(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return "secure" in value || Object.values(value).some(isEncrypted);
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(closed(value)) : String(value);
}

/** Encrypted values keep their place and show nothing. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== "object") return value;
  if ("secure" in value) return secretMark;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]));
}
