import path from "node:path";
import { concludeSkipped } from "../../lib/report";
import type { Plan } from "../../plan/plan";
import { tool, type ToolName } from "../../tools";
import { missingSandbox, runInSandbox } from "../sandbox/sandbox";
import type { Job } from "./run";
import { shippedIn } from "./shipped";

/** Outside programs of the laboratory; inside the sandbox there is no network to install from. */
export const databaseTools: ToolName[] = ["helm", "postgres", "pgbouncer", "redis-server"];

/**
 * Runs drills on a plan's database path in a sandbox, which reports by itself. Where there can be no
 * sandbox everything is skipped, and the report says why. Returns the exit code.
 */
export async function rehearseDatabase(
  plan: Plan,
  job: Omit<Job, "shipped">,
  signal: AbortSignal,
): Promise<number> {
  const missing = await missingSandbox();
  if (missing) return concludeSkipped("rehearse:database", plan.stack, missing, job.json);
  for (const name of databaseTools) await tool(name);
  const inside: Job = { ...job, shipped: await shippedIn(plan) };
  return runInSandbox(path.join(__dirname, "run.ts"), [JSON.stringify(inside)], signal);
}
