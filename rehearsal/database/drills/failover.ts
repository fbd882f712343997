import { setTimeout as pause } from "node:timers/promises";
import { claim } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Fault } from "../database-cluster";
import type { Laboratory } from "../laboratory";
import type { Follower } from "../follower";
import { Ledger, type Entry } from "../ledger";
import type { PgBouncer } from "../pgbouncer";
import { recoverySettings } from "../pgbouncer-configuration";
import type { Postgres } from "../postgres";
import {
  comparisonEnds,
  defaults,
  followed,
  noPooler,
  shipped,
  summary,
  type Repetition,
} from "./failover-summary";
import { accepts } from "../../sandbox/port";

const rate = 40; // writes a second on each path, far below what the path can carry
const steady = 2000; // ms of undisturbed load before the fault
const settle = 8000; // ms of load after our recovery: longer than any dead socket of ours may live
const slowestTimer = 15_000; // ms; PgBouncer's default dns_max_ttl and server_login_retry

const titles: Record<Fault, string> = {
  crash: "The writer crashes",
  switchover: "RDS switches over to a standby",
  partition: "The writer's zone is cut off",
};

/** A writer fails; how long until writes flow again, and is every acknowledged one still there? */
export function failover(fault: Fault): Drill<DatabaseBed> {
  const run: Drill<DatabaseBed>["run"] = async ({ laboratory, repetitions }, say) => {
    const done: Repetition[] = [];
    const plain = laboratory.configuration.without(recoverySettings);
    const comparison = await laboratory.addPooler(plain);
    const following = [await laboratory.addFollowed(), await laboratory.addFollowed()];
    const poolers = [...laboratory.poolers, ...following];
    const sidecars = await Promise.all(poolers.map((each) => laboratory.sidecar(each)));
    const beside = sidecars.slice(-following.length);
    const followers = await Promise.all(following.map((each) => laboratory.follow(each)));
    try {
      for (let number = 0; number < repetitions; number++) {
        const bed = { laboratory, comparison, following, followers };
        const repetition = await repeat(bed, fault, number);
        done.push(repetition);
        const seconds = repetition.outcomes.map(
          ({ path, recovery }) => `${path} ${recovery.toFixed(2)} s`,
        );
        say(`${number + 1} of ${repetitions}: ${seconds.join(", ")}`);
      }
    } finally {
      await Promise.all([
        ...sidecars.map((sidecar) => sidecar.close()),
        ...followers.map((follower) => follower.kill()),
        ...[comparison, ...following].map((pooler) => pooler.kill()),
      ]);
    }
    const { injection } = done[0]!;
    const fallbacks = {
      id: "followed.fallbacks",
      claim: "topology followed: times that the names took over from a sidecar that works",
      value: beside.reduce((sum, sidecar) => sum + sidecar.fallbacks, 0),
      unit: "",
      limit: 0,
    };
    return [...summary(fault, done), fallbacks].map(({ id, ...measured }) =>
      claim({ ...measured, id: `failover.${fault}.${id}`, injection, repetitions }),
    );
  };
  return { name: fault, title: titles[fault], run };
}

/** Everything that meets a fault at the same time. */
interface Paths {
  laboratory: Laboratory;
  comparison: PgBouncer;
  following: PgBouncer[];
  /** Beside each of `following`. */
  followers: Follower[];
}

async function repeat(bed: Paths, fault: Fault, number: number): Promise<Repetition> {
  const { laboratory, comparison, following } = bed;
  const ledgers = [
    ...laboratory.poolers.map((each) => new Ledger(shipped, laboratory.through(each), rate)),
    new Ledger(defaults, laboratory.through(comparison), rate),
    new Ledger(noPooler, laboratory.direct(), rate),
    ...following.map((each) => new Ledger(followed, laboratory.through(each), rate)),
  ];
  try {
    return await observe(bed, fault, number, ledgers);
  } finally {
    await Promise.all(ledgers.map((ledger) => ledger.stop()));
    await Promise.all(ledgers.map((ledger) => ledger.database.close()));
  }
}

async function observe(
  { laboratory, followers }: Paths,
  fault: Fault,
  number: number,
  ledgers: Ledger[],
): Promise<Repetition> {
  const { cluster } = laboratory;
  await Promise.all(ledgers.map(beSteady));

  let promoted = NaN;
  let held = NaN;
  let injection = "";
  let lastId = 0;
  const old = await cluster.failOver(fault, {
    lost: async () => {
      injection = await proveLost(laboratory, fault);
      await pause(promotionTakes(number));
    },
    promoted: () => {
      promoted = performance.now();
      held = laboratory.moveNames();
      lastId = Ledger.lastId;
    },
  });

  const named = promoted + held;
  const firsts = ledgers.map((ledger) =>
    ledger.first((entry) => entry.server === cluster.writer.address, promoted + comparisonEnds),
  );
  await Promise.all(firsts.filter((_, index) => ledgers[index]!.path === shipped));
  await Promise.all([pause(settle), ...firsts]);
  await Promise.all(ledgers.map((ledger) => ledger.stop()));
  const stored = fault === "partition" ? await strays(old, lastId, cluster.writer) : 0;
  const outcomes = ledgers.map(async (ledger, index) => {
    const since = (start: number, { settled }: { settled: number }) =>
      Math.max(0, settled - start) / 1000;
    const late = ledger.acknowledged.filter(
      (entry) => entry.server === old.address && entry.issued > promoted,
    );
    const first = (await firsts[index]) ?? { settled: promoted + comparisonEnds };
    return {
      path: ledger.path,
      recovery: since(promoted, first),
      afterName: since(named, first),
      lastDisturbed: Math.max(
        0,
        ...ledger.entries.filter(disturbed).map((entry) => since(named, entry)),
      ),
      failed: ledger.failed.length,
      retried: ledger.database.retries,
      lost: (await ledger.lost(cluster.writer, "minixdr")).length,
      astray: late.length + (index === 0 ? stored : 0),
      phases: phasesOf(
        followers[index - (ledgers.length - followers.length)],
        laboratory.instances.endpoint(cluster.writer.name),
        promoted,
      ),
    };
  });
  const repetition = { outcomes: await Promise.all(outcomes), held: held / 1000, injection };
  await cluster.restore(old, fault);
  laboratory.moveNames();
  return repetition;
}

/** Waits for a path's first answer and then for undisturbed load. @throws where it is disturbed. */
export async function beSteady(ledger: Ledger): Promise<void> {
  await ledger.first((entry) => entry.server !== undefined, performance.now() + 20_000);
  const since = performance.now();
  await pause(steady);
  const recent = ledger.entries.filter((entry) => entry.issued > since);
  if (recent.length === 0 || recent.some((entry) => !entry.server))
    throw new Error(
      `${ledger.path} was not steady before the fault: ${ledger.failed.at(-1)?.failure ?? "no answer"}`,
    );
}

/**
 * Stands for the time that AWS takes to promote, in milliseconds: another part of the slowest timer
 * each time (by the golden ratio, so spread evenly however often it is repeated). A fixed time would
 * meet every timer in the same phase and flatter one of the paths.
 */
function promotionTakes(number: number): number {
  return (((number + 1) * 0.618034) % 1) * slowestTimer;
}

/** When a sidecar noticed the new writer and had let work through, after the promotion. */
function phasesOf(follower: Follower | undefined, to: string, promoted: number) {
  if (!follower) return undefined;
  const since = (message: string) => {
    const at = follower.first(message, to, promoted - 500); // it may notice before pg_promote returns
    return at === undefined ? comparisonEnds / 1000 : Math.max(0, at - promoted) / 1000;
  };
  return { noticed: since("writes go"), pointed: since("work goes on") };
}

/** Whether a client noticed: its request failed, or took more than a second. */
const disturbed = ({ server, settled, issued }: Entry) => !server || settled - issued > 1000;

/** Looks whether the fault is there. Throws where it is not: a drill without its fault proves nothing. */
export async function proveLost({ network, cluster }: Laboratory, fault: Fault): Promise<string> {
  const old = cluster.writer;
  if (fault !== "partition") {
    if (old.running || (await accepts(old.address, 5432)))
      throw new Error(`the fault was not injected: ${old.name} still answers`);
    return `the server's processes are gone and ${old.address}:5432 refuses connections`;
  }
  await pause(200); // the clients write on meanwhile
  // In a sound network a byte may be on its way at one look, but never at ten in half a second.
  for (let looks = 1; ; looks++) {
    const bytes = await network.unacknowledgedBytes(old.name);
    if (bytes === 0 || !old.running) break;
    if (looks === 10)
      return `${bytes} bytes sent to ${old.address} stayed unacknowledged while the server ran on`;
    await pause(50);
  }
  throw new Error("the fault was not injected: every packet to the old writer is acknowledged");
}

/** Rows that the isolated server stored and the new writer, which has every valid one, lacks. */
async function strays(old: Postgres, id: number, writer: Postgres): Promise<number> {
  const later = "SELECT id FROM ledger WHERE id > $1";
  const rows = await old.sql<{ id: string }>(later, [id], "minixdr");
  const known = await writer.sql<{ id: string }>(later, [id], "minixdr");
  const there = new Set(known.map((row) => row.id));
  return rows.filter((row) => !there.has(row.id)).length;
}
