import { setTimeout as pause } from "node:timers/promises";
import { proveLost } from "../failover";
import {
  crash,
  hostOf,
  lost,
  nextWrites,
  takenOver,
  until,
  type Bench,
  type Case,
  type Found,
} from "./bench";

/** What instances, their names and the way to them may do to the sidecar that asks them. */
export const instanceCases: Case[] = [
  {
    name: "parted",
    claim: "a pooler alone is cut off from the writer",
    run: parted,
  },
  {
    name: "old-writer",
    claim: "an old writer comes back and takes itself for the writer",
    limit: 1.5,
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
];

/** Only the packets between this pooler and the writer are lost: nobody else notices, and nobody takes over. */
async function parted({ laboratory, ledger, today, pooler }: Bench): Promise<Found> {
  const { network, cluster, instances } = laboratory;
  const { writer } = cluster;
  const before = ledger.acknowledged.length;
  await network.part(writer.name);
  await pause(5000);
  const injection = await proveLost(laboratory, "partition");
  const host = await hostOf(pooler);
  await network.join(writer.name);
  const healed = performance.now();
  const [mine, theirs] = await nextWrites([ledger, today], healed, writer.address);
  const moved = host === instances.endpoint(writer.name) ? 0 : Number(!host.includes("cluster"));
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
  const { cluster, instances } = bench.laboratory;
  const [one, other] = cluster.standbys as [typeof cluster.writer, typeof cluster.writer];
  instances.lead(one.name, other.address);
  instances.lead(other.name, one.address);
  await pause(5500); // the resolver believes the old answers for 5 s
  await instances.endQuestions();
  try {
    const found = await crash(bench);
    return {
      ...found,
      injection: `the name of ${one.name} led to ${other.name}, and the other way round`,
    };
  } finally {
    for (const server of [one, other]) instances.lead(server.name, server.address);
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
  const { cluster, instances } = laboratory;
  const endpoints = cluster.members.map(({ name }) => instances.endpoint(`new-${name}`));
  for (const { name, address } of cluster.members) instances.lead(`new-${name}`, address);
  await instances.tell(endpoints);
  try {
    await until(async () => (await hostOf(pooler)).startsWith("new-"));
    const { old, ...found } = await takenOver(bench, "switchover");
    await cluster.restore(old, "switchover");
    if (!follower.said.some(({ message }) => message === "other members"))
      throw new Error("the fault was not injected: the sidecar was told of no other members");
    return { ...found, injection: `the sidecar was told ${endpoints.join(" ")}` };
  } finally {
    await instances.tell(instances.endpoints);
  }
}
