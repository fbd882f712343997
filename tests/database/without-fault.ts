// Runs inside the sandbox: a partition that cuts nothing, and a crash of nobody.
import assert from "node:assert/strict";
import { drills } from "../../commands/laboratory/drills";
import { Figures } from "../../commands/laboratory/figures";
import { Laboratory } from "../../commands/laboratory/laboratory";
import { enterSandbox } from "../../commands/laboratory/sandbox";
import type { Shipped } from "../../commands/laboratory/shipped";

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
