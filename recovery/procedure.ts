import { createInterface } from "node:readline";
import { claim, type Claim } from "../lib/claim";
import { ends, Failure, Stopped, UsageError } from "../lib/ends";
import { conclude, report } from "../lib/report";
import { unlessStopped } from "../lib/signals";
import type { RecoveryRequest } from "./request";

/** The objective for a lost cluster and for lost data, seconds: docs/disaster-recovery.md. */
const rtoSeconds = 4 * 3600;

/** One step of a recovery: its description and its action. */
export interface Step {
  /** Part of the claim's id. */
  id: string;
  /** What it does, for people who decide whether it may. */
  title: string;
  run(): Promise<void>;
}

/** Prints the steps, before anyone confirms them. */
function show(title: string, steps: Step[]): void {
  console.log(`${title}\n`);
  steps.forEach((step, index) => console.log(`  ${index + 1}. ${step.title}`));
  console.log();
}

/** Waits for the stack's name on stdin. @throws UsageError when something else comes, or nothing. */
export async function confirm(stack: string, stop: AbortSignal): Promise<void> {
  process.stdout.write(`Type the stack's name, ${stack}, to go on: `);
  const lines = createInterface({ input: process.stdin, signal: stop });
  try {
    for await (const line of lines) {
      if (line.trim() === stack) return;
      throw new UsageError(`confirmation: "${line.trim()}" is not ${stack}; nothing was done`);
    }
    if (stop.aborted) throw stopped(stop, "nothing was done");
    throw new UsageError("confirmation: nobody answered; nothing was done");
  } finally {
    lines.close();
  }
}

/** A recovery as its command was asked for it. */
export interface Recovery extends RecoveryRequest {
  command: "rebuild" | "restore";
  /** Printed above the steps. */
  title: string;
  steps: Step[];
}

/** The error of a command that the user has stopped, and what that leaves behind. */
export function stopped(stop: AbortSignal, after: string): Stopped {
  return new Stopped((stop.reason as Stopped).signal, after);
}

/** Shows the steps, waits for the confirmation, carries them out and reports; returns the exit code. */
export async function recover(recovery: Recovery): Promise<number> {
  const { command, stack, title, steps, dryRun, json, stop } = recovery;
  show(title, steps);
  if (dryRun) return ends.done;
  await confirm(stack, stop);
  const since = Date.now();
  const result = report(command, stack, since, await carryOut(recovery, rtoSeconds));
  return conclude(result, json);
}

/** Runs the steps one after the other and says how long each took, held against the whole's limit. */
async function carryOut(
  { command, steps, engine, stop }: Recovery,
  limitSeconds: number,
): Promise<Claim[]> {
  const claims: Claim[] = [];
  const started = performance.now();
  for (const [index, step] of steps.entries()) {
    console.log(`[${index + 1}/${steps.length}] ${step.title}`);
    const since = performance.now();
    try {
      await unlessStopped(stop, step.run());
    } catch (error) {
      const name = `step ${index + 1} (${step.id})`;
      if (stop.aborted) {
        await engine.idle();
        throw stopped(stop, `${name} has not ended, and the steps after it were not taken`);
      }
      throw new Failure(`${name}: ${(error as Error).message}`, { cause: error });
    }
    const value = (performance.now() - since) / 1000;
    claims.push(
      claim({
        id: `${command}.${step.id}`,
        claim: step.title,
        value,
        unit: "s",
        limit: limitSeconds,
      }),
    );
  }
  const value = (performance.now() - started) / 1000;
  const text = "From the confirmation to an application that answers";
  return [
    ...claims,
    claim({ id: `${command}.total`, claim: text, value, unit: "s", limit: limitSeconds }),
  ];
}
