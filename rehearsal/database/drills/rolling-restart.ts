import { setTimeout as pause } from "node:timers/promises";
import { Ledger } from "../ledger";
import { claim, type Claim } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Laboratory } from "../laboratory";

const rate = 100; // writes a second
const lifetime = 5; // s; the application pool's, shortened from 120
const preStop = 1; // s; shortened from the chart's, as no endpoint has to travel through a cluster here

/** Every PgBouncer is replaced under load, in the order that the chart's rollout takes. */
export const rollingRestart: Drill<DatabaseBed> = {
  name: "rolling-restart",
  title: "Every PgBouncer is replaced",
  run: ({ laboratory }) => replaceAll(laboratory),
};

async function replaceAll(laboratory: Laboratory): Promise<Claim[]> {
  const { poolers, cluster } = laboratory;
  laboratory.serve(poolers);
  const ledger = new Ledger("rolling restart", laboratory.throughService(lifetime), rate);
  let slowestDrain = 0;
  let replaced = 0;
  try {
    await pause(1000);
    for (const old of [...poolers]) {
      await laboratory.succeed(old);
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
  const lost = await ledger.lost(cluster.writer, "minixdr");
  return [
    claim({
      id: "rolling-restart.failed",
      claim: `failed of ${ledger.entries.length} requests`,
      value: ledger.failed.length,
      unit: "",
      limit: 0,
      injection,
    }),
    claim({
      id: "rolling-restart.retried",
      claim: "requests that needed their retry",
      value: ledger.database.retries,
      unit: "",
      injection,
    }),
    claim({
      id: "rolling-restart.lost",
      claim: "acknowledged writes missing",
      value: lost.length,
      unit: "",
      limit: 0,
      injection,
    }),
    claim({
      id: "rolling-restart.drain",
      claim: `SIGTERM to the end, with connections that live ${lifetime} s`,
      value: slowestDrain,
      unit: "s",
      limit: 2 * lifetime,
      injection,
    }),
  ];
}
