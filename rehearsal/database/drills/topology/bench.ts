import { setTimeout as pause } from "node:timers/promises";
import pWaitFor from "p-wait-for";
import type { Claim } from "../../../../lib/claim";
import type { Fault } from "../../database-cluster";
import type { Follower } from "../../follower";
import type { Laboratory } from "../../laboratory";
import { Ledger, type Entry } from "../../ledger";
import type { PgBouncer } from "../../pgbouncer";
import type { Postgres } from "../../postgres";
import { beSteady, proveLost } from "../failover";

const rate = 40; // writes a second
const patience = 30_000; // ms for each change that is waited for

/** What a case works with: a pooler that is followed, one as shipped, and writes through both. */
export interface Bench {
  laboratory: Laboratory;
  pooler: PgBouncer;
  follower: Follower;
  ledger: Ledger;
  /** Writes through a pooler as shipped, which meets the same fault. */
  today: Ledger;
}

/** What a case found, and the proof that it was there. */
export interface Found {
  injection: string;
  /** Acknowledged by a server that was not the writer, missing at the end, or sent where they may not go. */
  wrong: number;
  /** Seconds from the fault's end, or from the promotion, to the next acknowledged write. */
  recovery: number;
  /** The same of the pooler as shipped. */
  today: number;
  /** What it claims beside this. */
  more?: Claim[];
}

/** Something that may mislead the sidecar, or its own end. */
export interface Case {
  name: string;
  claim: string;
  /**
   * Largest `recovery`, in seconds, where the sidecar does its work; absent where it cannot, and is held
   * to what the pooler as shipped does.
   */
  limit?: number;
  /** File that the sidecar's Node.js loads before it. */
  preload?: string;
  run: (bench: Bench) => Promise<Found>;
}

/** Runs a case beside two poolers that serve, and puts everything in order after it. */
export async function onBench(laboratory: Laboratory, { run, preload }: Case): Promise<Found> {
  const pooler = await laboratory.addFollowed();
  const [shipped] = laboratory.poolers as [PgBouncer];
  const sidecars = [await laboratory.sidecar(pooler), await laboratory.sidecar(shipped)];
  const follower = await laboratory.follow(pooler, preload);
  const ledger = new Ledger("followed", laboratory.through(pooler), rate);
  const today = new Ledger("as shipped", laboratory.through(shipped), rate);
  try {
    await pointed(laboratory, pooler);
    await Promise.all([ledger, today].map(beSteady));
    return await run({ laboratory, pooler, follower, ledger, today });
  } finally {
    await Promise.all([ledger, today].map((each) => each.stop().then(() => each.database.close())));
    await follower.kill();
    await Promise.all(sidecars.map((sidecar) => sidecar.close()));
    await pooler.kill();
    laboratory.moveNames();
  }
}

/** The writer crashes, something else happens too, and two seconds later a standby takes over. */
export async function crash(
  bench: Bench,
  too: () => Promise<void> = () => Promise.resolve(),
): Promise<Found> {
  const { laboratory } = bench;
  let injection = "";
  const { old, ...found } = await takenOver(bench, "crash", async () => {
    injection = await proveLost(laboratory, "crash");
    await pause(500); // work waits now
    await too();
    await pause(2000);
  });
  await laboratory.cluster.restore(old, "crash");
  return { ...found, injection };
}

/** The writer fails and another takes over; what both paths did. The old writer is as the fault left it. */
export async function takenOver(
  { laboratory, ledger, today }: Bench,
  fault: Fault,
  lose: () => Promise<void> = () => Promise.resolve(),
): Promise<Omit<Found, "injection"> & { old: Postgres }> {
  const { cluster } = laboratory;
  let promoted = NaN;
  const old = await cluster.failOver(fault, {
    lost: lose,
    promoted: () => {
      promoted = performance.now();
      laboratory.moveNames();
    },
  });
  const { address } = cluster.writer;
  const [recovery, theirs] = await nextWrites([ledger, today], promoted, address);
  const late = ledger.acknowledged.filter(
    ({ server, issued }) => issued > promoted && server !== address,
  );
  const wrong = late.length + (await lost(laboratory, ledger));
  return { old, wrong, recovery, today: theirs };
}

/** Seconds to each path's next acknowledged write at that server. @throws when there is none */
export async function nextWrites(
  ledgers: [mine: Ledger, theirs: Ledger],
  since: number,
  server: string,
): Promise<[mine: number, theirs: number]> {
  const firsts = ledgers.map(async (ledger) => {
    const fits = (each: Entry) => each.settled > since && each.server === server;
    const found = await ledger.first(fits, performance.now() + patience);
    if (!found)
      throw new Error(
        `${ledger.path}: no write was acknowledged: ${ledger.failed.at(-1)?.failure}`,
      );
    return Math.max(0, found.settled - since) / 1000;
  });
  const [mine, theirs] = await Promise.all(firsts);
  return [mine!, theirs!];
}

/** Acknowledged writes that the writer does not have. Ends the writes: one that is under way is not lost. */
export async function lost({ cluster }: Laboratory, ledger: Ledger): Promise<number> {
  await ledger.stop();
  return (await ledger.lost(cluster.writer, "minixdr")).length;
}

/** Where one of PgBouncer's databases leads; by default the writer's. */
export async function hostOf(pooler: PgBouncer, database = "minixdr"): Promise<string> {
  const rows = await pooler.command("SHOW DATABASES");
  return String(rows.find(({ name }) => name === database)?.host);
}

/** Waits until the sidecar has pointed PgBouncer at the writer's own endpoint. */
export async function pointed(laboratory: Laboratory, pooler: PgBouncer): Promise<void> {
  const wanted = laboratory.instances.endpoint(laboratory.cluster.writer.name);
  await until(async () => (await hostOf(pooler)) === wanted);
}

/** @throws after {@link patience}; p-wait-for's own time limit leaks a listener with every poll */
export async function until(happened: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  const look = async () => {
    if (performance.now() > end) throw new Error("the sidecar did not point PgBouncer there");
    return happened();
  };
  await pWaitFor(look, { interval: 50 });
}
