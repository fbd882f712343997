import { percentile } from "../figures";
import { createTables, pgbench, type Load } from "../pgbench";
import { watchPool, type Watched } from "../pool-watch";
import type { DrillRun } from "./drill";

const many = 2000;
const rounds = 3; // of the two loads that are compared; the median counts
/** Milliseconds that a server connection is taken for one transaction, as by a network and a disk. */
const held = 5;

/** Many clients on few server connections, and what that costs in throughput. */
export async function connections({ laboratory, figures, say }: DrillRun): Promise<void> {
  const { cluster, configuration, maxConnections } = laboratory;
  const pooler = laboratory.poolers[0]!;
  const through = laboratory.environment(pooler.address, pooler.port);
  const direct = laboratory.environment(cluster.writer.address, 5432);
  await createTables(direct);
  const setting = (key: string) => Number(configuration.get(key));
  const add = (
    id: string,
    claim: string,
    value: number,
    unit: string,
    more: { limit?: number; injection?: string; repetitions?: number } = {},
  ) => figures.add({ id, claim, value, unit, ...more });

  const run = async (clients: number, pause: number): Promise<Load & Watched> => {
    const work = { clients, held: pause, transactions: pause > 0 ? 30_000 : 80_000 };
    const [load, watched] = await watchPool(pooler, pgbench(through, work));
    const { throughput, connectSeconds } = load;
    say(
      `${clients} clients, ${pause} ms held: ${Math.round(throughput)}/s, ` +
        `${watched.cpuPerTransaction.toFixed(1)} µs of PgBouncer each, ${connectSeconds} s to connect`,
    );
    return { ...load, ...watched };
  };

  const crowd = await run(many, held);
  if (crowd.failed === 0 && crowd.clients < many)
    throw new Error(`only ${crowd.clients} of ${many} clients were connected at once`);
  const injection = `${crowd.clients} clients connected at once, counted by SHOW POOLS`;
  add(
    "connections.failed",
    `failed transactions of ${many} clients on one PgBouncer`,
    crowd.failed,
    "",
    {
      ...{ limit: 0, injection },
    },
  );
  add(
    "connections.servers",
    `server connections under ${many} clients, maximum seen`,
    crowd.servers,
    "",
    {
      ...{ limit: setting("default_pool_size") + setting("reserve_pool_size"), injection },
    },
  );
  add(
    "connections.logins",
    `logins a second while ${many} clients connect (TLS and SCRAM, one PgBouncer)`,
    many / crowd.connectSeconds,
    "/s",
    { injection },
  );

  const refused = await pgbench(direct, { clients: many, transactions: many });
  const told = /too many clients|remaining connection slots/.test(refused.errors);
  const fatal = refused.errors.split("\n").find((line) => /FATAL/.test(line));
  add(
    "connections.without-pooler",
    `${many} clients connect directly (max_connections ${maxConnections}): 0 is "too many clients" seen`,
    told ? 0 : 1,
    "",
    { limit: 0, injection: fatal?.trim() },
  );

  const loads = new Map<number, (Load & Watched)[]>([
    [40, []],
    [500, []],
  ]);
  for (let round = 0; round < rounds; round++)
    for (const [clients, done] of loads) done.push(await run(clients, held));
  loads.set(many, [crowd]);
  const median = (clients: number, key: "throughput" | "cpuPerTransaction") =>
    percentile(
      loads.get(clients)!.map((load) => load[key]),
      0.5,
    );
  for (const [clients, { length: repetitions }] of loads) {
    const what = `with ${clients} clients whose look-ups take ${held} ms on the server`;
    add(
      `throughput.${clients}`,
      `transactions a second ${what}`,
      median(clients, "throughput"),
      "/s",
      {
        repetitions,
      },
    );
    add(
      `throughput.${clients}.pgbouncer-cpu`,
      `processor time of PgBouncer a transaction ${what}`,
      median(clients, "cpuPerTransaction"),
      "µs",
      { repetitions },
    );
  }
  add(
    "throughput.500-against-40",
    "throughput lost from 40 to 500 clients",
    1 - median(500, "throughput") / median(40, "throughput"),
    "",
    { limit: 0.15, repetitions: rounds },
  );

  // At its processors' limit a machine shows what client, PgBouncer and server cost together.
  for (const clients of [40, 500]) {
    const { throughput, cpuPerTransaction } = await run(clients, 0);
    const what = `with ${clients} clients that keep this machine's processors full, load program and server included`;
    add(`saturated.${clients}`, `look-ups a second ${what}`, throughput, "/s");
    add(
      `saturated.${clients}.pgbouncer-cpu`,
      `PgBouncer's part of it a look-up`,
      cpuPerTransaction,
      "µs",
    );
  }
}
