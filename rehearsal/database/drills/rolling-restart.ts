import { setTimeout as pause } from "node:timers/promises";
import { Ledger } from "../ledger";
import type { DrillRun } from "./drill";

const rate = 100; // writes a second
const lifetime = 5; // s; the application pool's, shortened from 120
const preStop = 1; // s; shortened from the chart's, as no endpoint has to travel through a cluster here

/** Every PgBouncer is replaced under load, in the order that the chart's rollout takes. */
export async function rollingRestart({ laboratory, figures }: DrillRun): Promise<void> {
  const { poolers, cluster } = laboratory;
  laboratory.serve(poolers);
  const ledger = new Ledger("rolling restart", laboratory.throughService(lifetime), rate);
  let slowestDrain = 0;
  let replaced = 0;
  try {
    await pause(1000);
    for (const [index, old] of poolers.entries()) {
      poolers[index] = await laboratory.addPooler();
      laboratory.serve(poolers);
      await pause(preStop * 1000);
      const started = performance.now();
      await old.drain();
      slowestDrain = Math.max(slowestDrain, (performance.now() - started) / 1000);
      if (old.running) throw new Error(`the fault was not injected: ${old.name} still runs`);
      replaced++;
    }
    await pause(1000);
  } finally {
    await ledger.stop();
    await ledger.database.close();
  }
  const injection = `${replaced} PgBouncers got SIGTERM and ended`;
  const add = (
    id: string,
    claim: string,
    value: number,
    unit: string,
    limit: number | null = null,
  ) => figures.add({ id: `rolling-restart.${id}`, claim, value, unit, limit, injection });
  add("failed", `failed of ${ledger.entries.length} requests`, ledger.failed.length, "", 0);
  add("retried", "requests that needed their retry", ledger.database.retries, "");
  add(
    "lost",
    "acknowledged writes missing",
    (await ledger.lost(cluster.writer, "minixdr")).length,
    "",
    0,
  );
  add(
    "drain",
    `SIGTERM to the end, with connections that live ${lifetime} s`,
    slowestDrain,
    "s",
    2 * lifetime,
  );
}
