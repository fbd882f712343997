import { claim, type Claim, type Measurement } from "../../../lib/claim";
import type { Drill, Say } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Laboratory } from "../laboratory";
import { percentile } from "../percentile";
import { createTables, pgbench, type Load } from "../pgbench";
import { watchPool, type Watched } from "../pool-watch";

const many = 2000;
const rounds = 3; // of the two loads that are compared; the median counts
/** Milliseconds that a server connection is taken for one transaction, as by a network and a disk. */
const held = 5;

type WatchedLoad = Load & Watched;

/** Runs look-ups by so many clients, each of which takes a server connection for `pause` ms. */
type Run = (clients: number, pause: number) => Promise<WatchedLoad>;

/** Many clients on few server connections, and what that costs in throughput. */
export const connections: Drill<DatabaseBed> = {
  name: "connections",
  title: "Many clients on few server connections",
  async run({ laboratory }, say) {
    const direct = laboratory.environment(laboratory.cluster.writer.address, 5432);
    await createTables(direct);
    const run = runner(laboratory, say);
    const crowd = await run(many, held);
    return [
      ...crowded(laboratory, crowd),
      await withoutPooler(laboratory, direct),
      ...(await compared(run, crowd)),
      ...(await saturated(run)),
    ];
  },
};

function runner(laboratory: Laboratory, say: Say): Run {
  const pooler = laboratory.poolers[0]!;
  const through = laboratory.environment(pooler.address, pooler.port);
  return async (clients, pause) => {
    const transactions = pause > 0 ? 30_000 : 80_000;
    const work = pgbench(through, { clients, held: pause, transactions });
    const [load, watched] = await watchPool(pooler, work);
    const { throughput, connectSeconds } = load;
    say(
      `${clients} clients, ${pause} ms held: ${Math.round(throughput)}/s, ` +
        `${watched.cpuPerTransaction.toFixed(1)} µs of PgBouncer each, ${connectSeconds} s to connect`,
    );
    return { ...load, ...watched };
  };
}

/** @throws when fewer clients were connected than there should be. */
function crowded({ configuration }: Laboratory, crowd: WatchedLoad): Claim[] {
  if (crowd.failed === 0 && crowd.clients < many)
    throw new Error(`only ${crowd.clients} of ${many} clients were connected at once`);
  const setting = (key: string) => Number(configuration.get(key));
  const injection = `${crowd.clients} clients connected at once, counted by SHOW POOLS`;
  return [
    claim({
      id: "connections.failed",
      claim: `failed transactions of ${many} clients on one PgBouncer`,
      value: crowd.failed,
      unit: "",
      limit: 0,
      injection,
    }),
    claim({
      id: "connections.servers",
      claim: `server connections under ${many} clients, maximum seen`,
      value: crowd.servers,
      unit: "",
      limit: setting("default_pool_size") + setting("reserve_pool_size"),
      injection,
    }),
    claim({
      id: "connections.logins",
      claim: `logins a second while ${many} clients connect (TLS and SCRAM, one PgBouncer)`,
      value: many / crowd.connectSeconds,
      unit: "/s",
      injection,
    }),
  ];
}

async function withoutPooler(
  { maxConnections }: Laboratory,
  direct: NodeJS.ProcessEnv,
): Promise<Claim> {
  const refused = await pgbench(direct, { clients: many, transactions: many });
  const told = /too many clients|remaining connection slots/.test(refused.errors);
  const fatal = refused.errors.split("\n").find((line) => /FATAL/.test(line));
  return claim({
    id: "connections.without-pooler",
    claim: `${many} clients connect directly (max_connections ${maxConnections}): 0 is "too many clients" seen`,
    value: told ? 0 : 1,
    unit: "",
    limit: 0,
    injection: fatal?.trim(),
  });
}

/** The same work by few clients, by more, and by the crowd. */
async function compared(run: Run, crowd: WatchedLoad): Promise<Claim[]> {
  const loads = new Map<number, WatchedLoad[]>([
    [40, []],
    [500, []],
  ]);
  for (let round = 0; round < rounds; round++)
    for (const [clients, done] of loads) done.push(await run(clients, held));
  loads.set(many, [crowd]);
  const median = (clients: number, key: "throughput" | "cpuPerTransaction") => {
    const samples = loads.get(clients)!.map((load) => load[key]);
    return percentile(samples, 0.5);
  };
  const measured = [...loads].flatMap(([clients, { length: repetitions }]): Measurement[] => {
    const what = `with ${clients} clients whose look-ups take ${held} ms on the server`;
    return [
      {
        id: `throughput.${clients}`,
        claim: `transactions a second ${what}`,
        value: median(clients, "throughput"),
        unit: "/s",
        repetitions,
      },
      {
        id: `throughput.${clients}.pgbouncer-cpu`,
        claim: `processor time of PgBouncer a transaction ${what}`,
        value: median(clients, "cpuPerTransaction"),
        unit: "µs",
        repetitions,
      },
    ];
  });
  const lost = {
    id: "throughput.500-against-40",
    claim: "throughput lost from 40 to 500 clients",
    value: 1 - median(500, "throughput") / median(40, "throughput"),
    unit: "",
    limit: 0.15,
    repetitions: rounds,
  };
  return [...measured, lost].map(claim);
}

/** At its processors' limit a machine shows what client, PgBouncer and server cost together. */
async function saturated(run: Run): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const clients of [40, 500]) {
    const { throughput, cpuPerTransaction } = await run(clients, 0);
    const what = `with ${clients} clients that keep this machine's processors full, load program and server included`;
    claims.push(
      claim({
        id: `saturated.${clients}`,
        claim: `look-ups a second ${what}`,
        value: throughput,
        unit: "/s",
      }),
      claim({
        id: `saturated.${clients}.pgbouncer-cpu`,
        claim: "PgBouncer's part of it a look-up",
        value: cpuPerTransaction,
        unit: "µs",
      }),
    );
  }
  return claims;
}
