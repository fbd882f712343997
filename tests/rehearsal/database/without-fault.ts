// Runs inside the sandbox: a partition that cuts nothing, and a crash of nobody.
import assert from "node:assert/strict";
import { drills } from "../../../rehearsal/database/drills";
import { Laboratory } from "../../../rehearsal/database/laboratory";
import { enterSandbox } from "../../../rehearsal/sandbox/sandbox";
import type { Shipped } from "../../../rehearsal/database/shipped";

async function main(folder: string, shipped: Shipped): Promise<void> {
  enterSandbox(folder);
  const laboratory = await Laboratory.start(folder, shipped);
  const run = (name: string) =>
    drills.find((drill) => drill.name === name)!.run({ laboratory, repetitions: 1 }, () => {});
  laboratory.network.cut = () => Promise.resolve();
  await assert.rejects(run("partition"), /not injected/);
  laboratory.cluster.writer.crash = () => Promise.resolve();
  await assert.rejects(run("crash"), /not injected/);
}

main(process.argv[2]!, JSON.parse(process.argv[3]!) as Shipped).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
