import { setTimeout as pause } from "node:timers/promises";
import { claim, type Claim, type Measurement } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Laboratory } from "../laboratory";

const clients = 60;

/** Slow queries take every server connection: the reserve opens, and waiting clients get an error in time. */
export const poolExhaustion: Drill<DatabaseBed> = {
  name: "pool-exhaustion",
  title: "Slow queries take every server connection",
  run: ({ laboratory }) => exhaust(laboratory),
};

async function exhaust(laboratory: Laboratory): Promise<Claim[]> {
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
    maxConnections: clients,
    connectTimeout: longer,
    queryTimeout: longer,
  });
  try {
    const sleep = waitLimit + reserveAfter + 5; // s; no slow query ends before the last waiting client is told
    const started = performance.now();
    const requests = Array.from({ length: clients }, async () => {
      try {
        // Past the role's own statement_timeout, which would let the waiting ones in.
        await database.transaction((client) => client.query("SELECT pg_sleep($1)", [sleep]), {
          statement: longer,
          total: longer,
        });
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

    const slowest = Math.max(...rejected.map((outcome) => outcome.after));
    const measured: Measurement[] = [
      {
        id: "before-reserve",
        claim: `server connections before ${reserveAfter} s`,
        value: early.servers,
        unit: "",
        limit: pool,
      },
      {
        id: "with-reserve",
        claim: "server connections with the reserve",
        value: full.servers,
        unit: "",
        limit: pool + reserve,
      },
      {
        id: "waiting",
        claim: "clients waiting, as the exporter's query (SHOW POOLS) tells",
        value: full.cl_waiting,
        unit: "",
      },
      {
        id: "maxwait",
        claim: "longest wait, as the exporter's query tells",
        value: full.maxwait,
        unit: "s",
      },
      {
        id: "rejected",
        claim: "waiting clients that got an error",
        value: rejected.length,
        unit: "",
      },
      {
        id: "not-told",
        claim: "waiting clients that got none",
        value: clients - pool - reserve - rejected.length,
        unit: "",
        limit: 0,
      },
      {
        id: "error-after",
        claim: `the last waiting client's error (${rejected[0]?.message})`,
        value: slowest,
        unit: "s",
        limit: waitLimit + 5,
      },
    ];
    return measured.map(({ id, ...rest }) =>
      claim({ ...rest, id: `pool-exhaustion.${id}`, injection }),
    );
  } finally {
    await database.close();
  }
}
