import { setTimeout as pause } from "node:timers/promises";
import type { DrillRun } from "./drill";

const clients = 60;

/** Slow queries take every server connection: the reserve opens, and who waits is told so in time. */
export async function poolExhaustion({ laboratory, figures }: DrillRun): Promise<void> {
  const { configuration } = laboratory;
  const setting = (key: string) => Number(configuration.get(key));
  const [pool, reserve] = [setting("default_pool_size"), setting("reserve_pool_size")];
  const [reserveAfter, waitLimit] = [
    setting("reserve_pool_timeout"),
    setting("query_wait_timeout"),
  ];
  const pooler = laboratory.poolers[0]!;
  const longer = (waitLimit + 30) * 1000; // ms; PgBouncer, not this client, is to give up
  const database = laboratory.through(pooler, {
    ...{ maxConnections: clients, connectTimeout: longer, queryTimeout: longer },
  });
  try {
    const sleep = waitLimit + reserveAfter + 5; // s; no slow query ends before the last waiting client is told
    const started = performance.now();
    const requests = Array.from({ length: clients }, async () => {
      try {
        await database.query("SELECT pg_sleep($1)", [sleep]);
        return undefined;
      } catch (error) {
        return { message: (error as Error).message, after: (performance.now() - started) / 1000 };
      }
    });

    await pause((reserveAfter - 1) * 1000);
    const early = await pooler.exportedPool("minixdr");
    await pause(5000);
    const full = await pooler.exportedPool("minixdr");
    if (full.servers < pool + reserve || full.cl_waiting === 0)
      throw new Error(
        `the fault was not injected: ${full.servers} server connections, ${full.cl_waiting} clients wait`,
      );
    const injection = `${clients} queries of ${sleep} s each on a pool of ${pool} + ${reserve}`;
    const rejected = (await Promise.all(requests)).filter((outcome) => outcome !== undefined);

    const add = (
      id: string,
      claim: string,
      value: number,
      unit: string,
      limit: number | null = null,
    ) => figures.add({ id: `pool-exhaustion.${id}`, claim, value, unit, limit, injection });
    add("before-reserve", `server connections before ${reserveAfter} s`, early.servers, "", pool);
    add("with-reserve", "server connections with the reserve", full.servers, "", pool + reserve);
    add(
      "waiting",
      "clients waiting, as the exporter's query (SHOW POOLS) tells",
      full.cl_waiting,
      "",
    );
    add("maxwait", "longest wait, as the exporter's query tells", full.maxwait, "s");
    add("rejected", "waiting clients that got an error", rejected.length, "");
    add(
      "not-told",
      "waiting clients that got none",
      clients - pool - reserve - rejected.length,
      "",
      0,
    );
    const slowest = Math.max(...rejected.map((outcome) => outcome.after));
    add(
      "error-after",
      `the last waiting client's error (${rejected[0]?.message})`,
      slowest,
      "s",
      waitLimit + 5,
    );
  } finally {
    await database.close();
  }
}
