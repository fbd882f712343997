import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import pWaitFor from "p-wait-for";
import { claim, type Claim } from "../../../lib/claim";
import { ownLimit } from "../../../policies/budgets/failover";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Fault } from "../database-cluster";
import type { Follower } from "../follower";
import type { Laboratory } from "../laboratory";
import { Ledger, type Entry } from "../ledger";
import type { PgBouncer } from "../pgbouncer";
import type { Postgres } from "../postgres";
import { beSteady, proveLost } from "./failover";

const rate = 40; // writes a second
const patience = 30_000; // ms for each change that is waited for

/** What a case works with: a pooler that is followed, one as shipped, and writes through both. */
interface Bench {
  laboratory: Laboratory;
  pooler: PgBouncer;
  follower: Follower;
  ledger: Ledger;
  /** Writes through a pooler as shipped, which meets the same fault. */
  today: Ledger;
}

/** What a case found, and the proof that it was there. */
interface Found {
  injection: string;
  /** Acknowledged by a server that was not the writer, missing at the end, or sent where they may not go. */
  wrong: number;
  /** Seconds from the fault's end, or from the promotion, to the next acknowledged write. */
  recovery: number;
  /** The same of the pooler as shipped. */
  today: number;
}

interface Case {
  name: string;
  claim: string;
  /** Largest `recovery`, in seconds; by default what the pooler as shipped is held to. */
  limit?: number;
  run: (bench: Bench) => Promise<Found>;
}

const cases: Case[] = [
  { name: "parted", claim: "a pooler alone is cut off from the writer", run: parted },
  {
    name: "old-writer",
    claim: "an old writer comes back and takes itself for the writer",
    run: oldWriter,
  },
  { name: "lying-names", claim: "names of instances lead to other instances", run: lyingNames },
  { name: "twice", claim: "the promoted server is demoted at once", limit: 1.5, run: twice },
  {
    name: "replaced",
    claim: "instances have other endpoints, by the database's word",
    limit: 1.5,
    run: replaced,
  },
  { name: "killed", claim: "the sidecar is killed when the writer is lost", run: killed },
  { name: "frozen", claim: "the sidecar stands still when the writer is lost", run: frozen },
  { name: "garbage", claim: "all instances answer the sidecar with garbage", run: garbage },
];

/** Everything that may mislead the sidecar that follows the topology, and its own end. */
export const topology: Drill<DatabaseBed> = {
  name: "topology",
  title: "Who the writer is, while names, networks and the sidecar itself fail",
  async run({ laboratory }, say) {
    const claims: Claim[] = [];
    for (const { name, claim: what, limit, run } of cases) {
      const found = await onBench(laboratory, run);
      const { injection, wrong, recovery, today } = found;
      say(`${name}: ${recovery.toFixed(2)} s, as shipped ${today.toFixed(2)} s; ${injection}`);
      claims.push(
        claim({
          id: `topology.${name}.wrong`,
          claim: `${what}: writes at a server that is not the newest writer, or lost`,
          value: wrong,
          unit: "",
          limit: 0,
          injection,
        }),
        claim({
          id: `topology.${name}.recovery`,
          claim: `${what}: seconds to the next acknowledged write (as shipped: ${today.toFixed(2)} s)`,
          value: recovery,
          unit: "s",
          limit: limit ?? ownLimit,
          injection,
        }),
      );
    }
    return claims;
  },
};

async function onBench(
  laboratory: Laboratory,
  run: (bench: Bench) => Promise<Found>,
): Promise<Found> {
  const pooler = await laboratory.addFollowed();
  const [shipped] = laboratory.poolers as [PgBouncer];
  const sidecars = [await laboratory.sidecar(pooler), await laboratory.sidecar(shipped)];
  const follower = await laboratory.follow(pooler);
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

/** Only the packets between this pooler and the writer are lost: nobody else notices, and nobody takes over. */
async function parted({ laboratory, ledger, today, pooler }: Bench): Promise<Found> {
  const { network, cluster } = laboratory;
  const { writer } = cluster;
  const before = ledger.acknowledged.length;
  await network.part(writer.name);
  await pause(5000);
  const injection = await proveLost(laboratory, "partition");
  const host = (await entry(pooler)).host;
  await network.join(writer.name);
  const healed = performance.now();
  const [mine, theirs] = await nextWrites([ledger, today], healed, writer.address);
  const moved =
    host === laboratory.instanceEndpoint(writer.name) ? 0 : Number(!host.includes("cluster"));
  if (ledger.acknowledged.length === before) throw new Error("nothing was written at all");
  return {
    injection,
    wrong: moved + (await lost(laboratory, ledger)),
    recovery: mine,
    today: theirs,
  };
}

/** The crashed writer starts again as it was. It finds itself the writer; its standbys have left it. */
async function oldWriter({ laboratory, ledger, today, pooler }: Bench): Promise<Found> {
  const { cluster } = laboratory;
  let promoted = NaN;
  const old = await cluster.failOver("crash", {
    lost: async () => void (await proveLost(laboratory, "crash")),
    promoted: () => {
      promoted = performance.now();
      laboratory.moveNames();
    },
  });
  await old.start();
  const [row] = await old.sql<{ standby: boolean }>("SELECT pg_is_in_recovery() AS standby");
  if (row?.standby !== false) throw new Error("the fault was not injected: the old writer is none");
  const [mine, theirs] = await nextWrites([ledger, today], promoted, cluster.writer.address);
  let astray = 0;
  for (let look = 0; look < 20; look++) {
    await pause(200);
    const servers = await pooler.command("SHOW SERVERS");
    if (servers.some(({ database, addr }) => database === "minixdr" && addr === old.address))
      astray++;
  }
  const wrong = astray + (await lost(laboratory, ledger));
  await cluster.restore(old, "crash");
  return {
    injection: `${old.name} said of itself that it is not in recovery while ${cluster.writer.name} was the writer`,
    wrong,
    recovery: mine,
    today: theirs,
  };
}

/** The standbys' names are exchanged; their certificates are not. */
async function lyingNames(bench: Bench): Promise<Found> {
  const { laboratory } = bench;
  const { cluster } = laboratory;
  const [one, other] = cluster.standbys as [typeof cluster.writer, typeof cluster.writer];
  laboratory.leadInstance(one.name, other.address);
  laboratory.leadInstance(other.name, one.address);
  await pause(5500); // the resolver believes the old answers for 5 s
  await laboratory.endQuestions();
  try {
    const found = await crash(bench, async () => {});
    return {
      ...found,
      injection: `the name of ${one.name} led to ${other.name}, and the other way round`,
    };
  } finally {
    for (const server of [one, other]) laboratory.leadInstance(server.name, server.address);
  }
}

async function twice(bench: Bench): Promise<Found> {
  const { cluster } = bench.laboratory;
  const first = cluster.writer;
  await cluster.failOver("switchover", {
    lost: () => Promise.resolve(),
    promoted: () => void bench.laboratory.moveNames(),
  });
  const between = cluster.writer;
  await pause(1000);
  const { old, ...found } = await takenOver(bench, "switchover");
  await cluster.restore(old, "switchover");
  return {
    ...found,
    injection: `${first.name}, ${between.name} and ${cluster.writer.name} were writers one after another`,
  };
}

async function replaced(bench: Bench): Promise<Found> {
  const { laboratory, pooler, follower } = bench;
  const { cluster } = laboratory;
  const endpoints = cluster.members.map(({ name }) => laboratory.instanceEndpoint(`new-${name}`));
  for (const { name, address } of cluster.members) laboratory.leadInstance(`new-${name}`, address);
  await laboratory.tellMembers(endpoints);
  try {
    await until(async () => (await entry(pooler)).host.startsWith("new-"));
    const { old, ...found } = await takenOver(bench, "switchover");
    await cluster.restore(old, "switchover");
    if (!follower.said.some(({ message }) => message === "other members"))
      throw new Error("the fault was not injected: the sidecar was told of no other members");
    return { ...found, injection: `the sidecar was told ${endpoints.join(" ")}` };
  } finally {
    const old = cluster.members.map(({ name }) => laboratory.instanceEndpoint(name));
    await laboratory.tellMembers(old);
  }
}

async function killed(bench: Bench): Promise<Found> {
  const found = await crash(bench, () => bench.follower.kill());
  if (bench.follower.running) throw new Error("the fault was not injected: the sidecar runs");
  return { ...found, injection: `the sidecar was killed; ${found.injection}` };
}

async function frozen(bench: Bench): Promise<Found> {
  const { follower, laboratory, pooler } = bench;
  const found = await crash(bench, () => Promise.resolve(follower.freeze()));
  const before = follower.said.length;
  await pause(1000);
  if (follower.said.length > before)
    throw new Error("the fault was not injected: the sidecar speaks");
  // It wakes with what it knew of the old writer, which is still down.
  follower.thaw();
  const { writer } = laboratory.cluster;
  let astray = 0;
  for (let look = 0; look < 40; look++) {
    const { host } = await entry(pooler);
    if (!host.includes(".cluster-") && host !== laboratory.instanceEndpoint(writer.name)) astray++;
    await pause(50);
  }
  return {
    ...found,
    wrong: found.wrong + astray,
    injection: `the sidecar stood still; ${found.injection}`,
  };
}

/** Something accepts connections in the place of every instance and answers whatever it is asked with noise. */
async function garbage(bench: Bench): Promise<Found> {
  const { laboratory } = bench;
  const { cluster } = laboratory;
  const noise = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(Buffer.from("S\x00\xff\xfeGARBAGE\r\n".repeat(20))));
  }).listen(5432, "127.0.1.250");
  let met = 0;
  noise.on("connection", () => met++);
  await once(noise, "listening");
  for (const { name } of cluster.members) laboratory.leadInstance(name, "127.0.1.250");
  await pause(5500); // the resolver believes the old answers for 5 s
  await laboratory.endQuestions();
  try {
    const found = await crash(bench, async () => {});
    if (met === 0) throw new Error("the fault was not injected: nobody heard the noise");
    return { ...found, injection: `${met} connections met noise; ${found.injection}` };
  } finally {
    noise.close();
    for (const { name, address } of cluster.members) laboratory.leadInstance(name, address);
  }
}

/** The writer crashes, something else happens too, and two seconds later a standby takes over. */
async function crash(bench: Bench, too: () => Promise<void>): Promise<Found> {
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
async function takenOver(
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
async function nextWrites(
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
async function lost({ cluster }: Laboratory, ledger: Ledger): Promise<number> {
  await ledger.stop();
  return (await ledger.lost(cluster.writer, "minixdr")).length;
}

async function entry(pooler: PgBouncer): Promise<{ host: string }> {
  const rows = await pooler.command("SHOW DATABASES");
  return rows.find(({ name }) => name === "minixdr") as { host: string };
}

/** Waits until the sidecar has pointed PgBouncer at the writer's own endpoint. */
async function pointed(laboratory: Laboratory, pooler: PgBouncer): Promise<void> {
  const wanted = laboratory.instanceEndpoint(laboratory.cluster.writer.name);
  await until(async () => (await entry(pooler)).host === wanted);
}

/** @throws after {@link patience}; p-wait-for's own time limit leaks a listener with every poll */
async function until(happened: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  const look = async () => {
    if (performance.now() > end) throw new Error("the sidecar did not point PgBouncer there");
    return happened();
  };
  await pWaitFor(look, { interval: 50 });
}
