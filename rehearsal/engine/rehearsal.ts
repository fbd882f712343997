import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { dayOf } from "../../lib/day";
import type { Claim } from "../../lib/claim";
import type { View } from "../../lib/progress";
import type { Report } from "../../lib/report";
import { evaluate } from "../../plan/evaluate";
import { loadProgram } from "../../plan/program";
import type { StackSettings } from "../../plan/stack-settings";
import { folderPrefix } from "../control-plane/leftovers";
import { bringUp, lostCluster, unansweredAws } from "./drills";
import { EngineStack } from "./engine-stack";
import { regionLoss } from "./region-loss";

/** Each goes on where the one before it has ended, and needs the bring-up alone. */
const drills = [unansweredAws, lostCluster, regionLoss];

/** What may be chosen. */
export const drillNames = drills.map(({ name }) => name);

/** How a rehearsal of a rebuild runs. */
export interface RebuildRehearsal {
  root: string;
  settings: StackSettings;
  /** Names of the drills after the bring-up. */
  chosen: string[];
  view: View;
  signal: AbortSignal;
}

/** Runs the drills on one stack. Rejects, with nothing left running, when it cannot go on. */
export async function rehearseRebuild(rehearsal: RebuildRehearsal): Promise<Claim[]> {
  const { root, settings, chosen, view, signal } = rehearsal;
  const preparing = view.add("Engine and stand-ins");
  const tasks = [bringUp, ...drills.filter(({ name }) => chosen.includes(name))].map((drill) => ({
    drill,
    task: view.add(drill.title),
  }));
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

/** Rows of the table in docs/disaster-recovery.md, one for each disaster that was rehearsed. */
export function resultRows({ stack, claims }: Report): string {
  const value = (id: string) => claims.find((claim) => claim.id === id)?.value ?? NaN;
  const day = dayOf(new Date());
  const lost = value("rebuild.data-touched") === 0 ? "0 s" : "data touched";
  const has = (drill: string) => claims.some(({ id }) => id.startsWith(drill));
  const remark = "real engine and control plane, AWS a stand-in";
  return [
    ...(has("rebuild.") ? [["cluster loss", lost, `${value("rebuild.total").toFixed(1)} s`]] : []),
    ...(has("region-loss.")
      ? [
          [
            "Region loss",
            "not rehearsed",
            `${value("region-loss.seconds").toFixed(1)} s, without data`,
          ],
        ]
      : []),
  ]
    .map(
      ([disaster, rpo, rto]) =>
        `| ${day} | ${disaster} | ${stack} | ${rpo} | ${rto} | ${remark} |\n`,
    )
    .join("");
}

function allHold(claims: Claim[]): boolean {
  return claims.every(({ holds }) => holds);
}
