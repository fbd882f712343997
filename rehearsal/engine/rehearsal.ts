import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Claim } from "../../lib/claim";
import type { View } from "../../lib/progress";
import type { Report } from "../../lib/report";
import { evaluate } from "../../plan/evaluate";
import { loadProgram } from "../../plan/program";
import type { StackSettings } from "../../plan/stack-settings";
import { folderPrefix } from "../control-plane/leftovers";
import { bringUp, lostCluster, unansweredAws } from "./drills";
import { EngineStack } from "./engine-stack";

/** Each goes on where the one before it has ended. */
const drills = [bringUp, unansweredAws, lostCluster];

/** How a rehearsal of a rebuild runs. */
export interface RebuildRehearsal {
  root: string;
  settings: StackSettings;
  view: View;
  signal: AbortSignal;
}

/** Runs the drills on one stack. Rejects, with nothing left running, when it cannot go on. */
export async function rehearseRebuild(rehearsal: RebuildRehearsal): Promise<Claim[]> {
  const { root, settings, view, signal } = rehearsal;
  const preparing = view.add("Engine and stand-ins");
  const tasks = drills.map((drill) => ({ drill, task: view.add(drill.title) }));
  const program = await loadProgram(root);
  const plan = await evaluate(program, settings);
  const folder = await mkdtemp(path.join(tmpdir(), `${folderPrefix}${process.pid}-`));
  const options = { root, folder, program, settings, plan, signal };
  const stack = await view.run(preparing, () => EngineStack.start(options));
  const claims: Claim[] = [];
  try {
    for (const { drill, task } of tasks)
      claims.push(...(await view.run(task, (say) => drill.run(stack, say), allHold)));
    return claims;
  } catch (error) {
    // Whatever fails after the user has stopped it fails for that reason.
    throw signal.aborted ? signal.reason : error;
  } finally {
    await stack.stop();
  }
}

/** A row of the table in docs/disaster-recovery.md. */
export function resultRow({ stack, claims }: Report): string {
  const value = (id: string) => claims.find((claim) => claim.id === id)?.value ?? NaN;
  const day = new Date().toISOString().slice(0, 10);
  const lost = value("rebuild.data-touched") === 0 ? "0 s" : "data touched";
  const rto = `${value("rebuild.total").toFixed(1)} s`;
  return `| ${day} | cluster loss | ${stack} | ${lost} | ${rto} | real engine and control plane, AWS a stand-in |\n`;
}

function allHold(claims: Claim[]): boolean {
  return claims.every(({ holds }) => holds);
}
