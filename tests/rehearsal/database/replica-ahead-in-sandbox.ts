// Runs inside the sandbox: the replica has what neither standby received when the writer is lost.
import assert from "node:assert/strict";
import pWaitFor from "p-wait-for";
import { Laboratory } from "../../../rehearsal/database/laboratory";
import { enterSandbox } from "../../../rehearsal/sandbox/sandbox";
import type { Shipped } from "../../../rehearsal/database/shipped";

async function main(folder: string, shipped: Shipped): Promise<void> {
  enterSandbox(folder);
  const { cluster, network } = await Laboratory.start(folder, shipped);
  const { replica, standbys } = cluster;
  const has = async (server: typeof replica) =>
    (await server.sql("SELECT FROM pg_tables WHERE tablename = 'ahead'")).length === 1;
  const healed: Promise<void>[] = [];
  for (const { name } of standbys) await network.cut(name);
  await cluster.writer.sql("CREATE TABLE ahead ()");
  await pWaitFor(() => has(replica), { interval: 50, timeout: 10_000 });
  const old = await cluster.failOver("crash", {
    lost: () => Promise.resolve(),
    promoted: () => void healed.push(...standbys.map(({ name }) => network.heal(name))),
  });
  await Promise.all(healed);
  assert.equal(await has(cluster.writer), false, "the new writer never had it");
  await cluster.restore(old, "crash");
  assert.equal(await has(replica), false, "the replica is the new writer's copy");
}

main(process.argv[2]!, JSON.parse(process.argv[3]!) as Shipped).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
