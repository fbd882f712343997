import { setTimeout as pause } from "node:timers/promises";
import { claim, type Claim } from "../../../lib/claim";
import type { Drill, Say } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Laboratory } from "../laboratory";
import { Ledger, type Entry } from "../ledger";
import type { PgBouncer } from "../pgbouncer";
import type { Postgres } from "../postgres";

const rate = 40; // writes a second on each path
const watching = 15_000; // ms after the name's move; without the sidecar it lasts up to server_lifetime

/** Seconds from the name's move, and what the pool did meanwhile. */
interface Outcome {
  shed: number;
  /** The last write that was refused as read-only on the path without the sidecar. */
  lastRefusedWithout: number;
  reconnects: number;
  lost: number;
  injection: string;
}

/**
 * A switchover whose name moves late: the poolers have meanwhile filled their pools with connections
 * to the old writer, which is a standby now. Nothing breaks these connections, no new one is needed,
 * and every write on them is refused.
 */
export const staleWriter: Drill<DatabaseBed> = {
  name: "stale-writer",
  title: "A switchover whose name moves late",
  run: switchOverLate,
};

async function switchOverLate(bed: DatabaseBed, say: Say): Promise<Claim[]> {
  const { laboratory, repetitions } = bed;
  const outcomes: Outcome[] = [];
  for (let number = 0; number < repetitions; number++) {
    outcomes.push(await repeat(laboratory));
    const { shed, lastRefusedWithout } = outcomes.at(-1)!;
    say(
      `${number + 1} of ${repetitions}: ${shed.toFixed(2)} s, without ${lastRefusedWithout.toFixed(2)} s`,
    );
  }
  const { injection } = outcomes[0]!;
  const most = (key: "shed" | "reconnects") => Math.max(...outcomes.map((outcome) => outcome[key]));
  const shed = "the name's move to the last write refused as read-only";
  return [
    claim({
      id: "stale-writer.shed.max",
      claim: `maximum of ${shed}, with the chart's sidecar`,
      value: most("shed"),
      unit: "s",
      limit: 10,
      repetitions,
      injection,
    }),
    claim({
      id: "stale-writer.without-sidecar.min",
      claim: `minimum of the same without it (watched for ${watching / 1000} s: at least this)`,
      value: Math.min(...outcomes.map((outcome) => outcome.lastRefusedWithout)),
      unit: "s",
      repetitions,
      injection,
    }),
    claim({
      id: "stale-writer.reconnects.max",
      claim: "RECONNECTs that the sidecar ordered in one failover",
      value: most("reconnects"),
      unit: "",
      repetitions,
      injection,
    }),
    claim({
      id: "stale-writer.lost",
      claim: "acknowledged writes missing on the new writer",
      value: outcomes.reduce((sum, outcome) => sum + outcome.lost, 0),
      unit: "",
      limit: 0,
      repetitions,
      injection,
    }),
  ];
}

async function repeat(laboratory: Laboratory): Promise<Outcome> {
  const { cluster } = laboratory;
  const [watched, alone] = laboratory.poolers as [PgBouncer, PgBouncer];
  const sidecar = await laboratory.sidecar(watched);
  const ledgers = [watched, alone].map(
    (pooler) => new Ledger(pooler.name, laboratory.through(pooler), rate),
  );
  try {
    const old = await cluster.failOver("switchover", {
      lost: () => Promise.resolve(),
      promoted: () => undefined, // the name stays where it is
    });
    const deadline = performance.now() + 20_000;
    const seen = await Promise.all(ledgers.map((ledger) => ledger.first(refused, deadline)));
    if (seen.includes(undefined))
      throw new Error("the fault was not injected: no write was refused as read-only");
    await Promise.all([watched, alone].map((pooler) => fill(laboratory, pooler)));
    const [stale] = await Promise.all([watched, alone].map((pooler) => staleAt(pooler, old)));

    const moved = performance.now();
    laboratory.moveNames();
    await pause(watching);
    await Promise.all(ledgers.map((ledger) => ledger.stop()));
    await staleAt(alone, old);
    const [shed, lastRefusedWithout] = ledgers.map(({ entries }) => {
      const last = Math.max(moved, ...entries.filter(refused).map(({ settled }) => settled));
      return Math.min(last - moved, watching) / 1000;
    });
    const lost = await Promise.all(ledgers.map((ledger) => ledger.lost(cluster.writer, "minixdr")));
    await cluster.restore(old, "switchover");
    return {
      shed: shed!,
      lastRefusedWithout: lastRefusedWithout!,
      reconnects: sidecar.reconnects,
      lost: lost.flat().length,
      injection: `all ${stale} server connections were at ${old.address}, which refused writes with 25006`,
    };
  } finally {
    await sidecar.close();
    await Promise.all(ledgers.map((ledger) => ledger.stop().then(() => ledger.database.close())));
    laboratory.moveNames();
    // The pooler without the sidecar would stay stale for what follows.
    await alone.command("RECONNECT");
  }
}

const refused = ({ failure }: Entry) => /^read-only/.test(failure ?? "");

/** Makes the pool open all connections that it may without its reserve, so that it needs no more. */
async function fill(laboratory: Laboratory, pooler: PgBouncer): Promise<void> {
  const size = Number(pooler.configuration.get("default_pool_size"));
  const patient = { connectTimeout: 20_000, queryTimeout: 20_000 };
  const database = laboratory.through(pooler, { maxConnections: size, ...patient });
  const slow = () => database.queryIdempotent("SELECT pg_sleep(1)");
  try {
    do await Promise.all(Array.from({ length: size }, slow));
    while ((await addressesOf(pooler)).length < size); // the first round also makes the clients' connections
  } finally {
    await database.close();
  }
}

async function addressesOf(pooler: PgBouncer): Promise<unknown[]> {
  const rows = await pooler.command("SHOW SERVERS");
  return rows.filter((row) => row.database === "minixdr").map((row) => row.addr);
}

/** How many server connections the pool has. Throws unless all are at that server. */
async function staleAt(pooler: PgBouncer, server: Postgres): Promise<number> {
  const addresses = await addressesOf(pooler);
  if (addresses.some((address) => address !== server.address))
    throw new Error(
      `the fault was not injected: ${pooler.name} is connected to ${addresses.join(" ")}, not only to ${server.address}`,
    );
  return addresses.length;
}
