// Runs inside the sandbox: a partition that cuts nothing, and a crash of nobody.
import assert from "node:assert/strict";
import { drills } from "../../../rehearsal/database/drills";
import { Figures } from "../../../rehearsal/database/figures";
import { Laboratory } from "../../../rehearsal/database/laboratory";
import { enterSandbox } from "../../../rehearsal/sandbox/sandbox";
import type { Shipped } from "../../../rehearsal/database/shipped";

async function main(folder: string, shipped: Shipped): Promise<void> {
  enterSandbox(folder);
  const laboratory = await Laboratory.start(folder, shipped);
  const run = { laboratory, figures: new Figures(), repetitions: 1, say: () => undefined };
  laboratory.network.cut = () => undefined;
  await assert.rejects(drills.partition!(run), /not injected/);
  laboratory.cluster.writer.crash = () => Promise.resolve();
  await assert.rejects(drills.crash!(run), /not injected/);
  assert.deepEqual(run.figures.claims, []);
}

main(process.argv[2]!, JSON.parse(process.argv[3]!) as Shipped).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
