import { once } from "node:events";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { claim, type Claim } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { CrowdData, Seen } from "../crowd-thread";
import type { Fault } from "../database-cluster";
import type { Laboratory } from "../laboratory";
import { percentile } from "../percentile";
import type { PgBouncer } from "../pgbouncer";
import { proveLost } from "./failover";

const many = 2000;
const pace = 2000; // ms between two writes of one client
const promotion = 6000; // ms; stands for AWS's
const watching = 20_000; // ms after the promotion, at the longest

/** A failover under two thousand clients, which wait as long as PgBouncer lets them. */
export const crowd: Drill<DatabaseBed> = {
  name: "crowd",
  title: "A failover under two thousand clients",
  async run({ laboratory }, say) {
    const claims: Claim[] = [];
    for (const fault of ["switchover", "crash"] as const)
      for (const followed of [true, false]) {
        const found = await under(laboratory, fault, followed);
        const name = followed ? "topology followed" : "as shipped";
        say(
          `${fault}, ${name}: ${found.errored} of ${many} clients saw an error, ` +
            `99 % were served ${found.served.toFixed(2)} s after the promotion`,
        );
        const id = `crowd.${fault}.${followed ? "followed" : "shipped"}`;
        const what = `${many} clients, ${fault}, ${name}`;
        const { injection } = found;
        claims.push(
          claim({
            id: `${id}.errored`,
            claim: `${what}: clients that saw an error`,
            value: found.errored,
            unit: "",
            injection,
          }),
          claim({
            id: `${id}.errored-after`,
            claim: `${what}: clients that saw an error after the promotion`,
            value: found.after,
            unit: "",
            injection,
          }),
          claim({
            id: `${id}.served-99`,
            claim: `${what}: promotion to 99 % served again`,
            value: found.served,
            unit: "s",
            injection,
          }),
          claim({
            id: `${id}.fallbacks`,
            claim: `${what}: times that the names took over from a sidecar that works`,
            value: found.fallbacks,
            unit: "",
            limit: 0,
            injection,
          }),
        );
      }
    return claims;
  },
};

interface Found {
  /** Clients that saw an error from the fault on. */
  errored: number;
  /** Those that saw one after the promotion. */
  after: number;
  /** Seconds from the promotion until so many were served again. */
  served: number;
  fallbacks: number;
  injection: string;
}

async function under(laboratory: Laboratory, fault: Fault, followed: boolean): Promise<Found> {
  const pooler = followed ? await laboratory.addFollowed() : await laboratory.addPooler();
  const sidecar = await laboratory.sidecar(pooler);
  const follower = followed ? await laboratory.follow(pooler) : undefined;
  const thread = new Worker(path.join(__dirname, "../crowd-thread.ts"), {
    workerData: dataFor(laboratory, pooler),
  });
  try {
    await once(thread, "message"); // all connected
    await pause(2 * pace);
    let lost = NaN;
    let promoted = NaN;
    let injection = "";
    const clock = () => performance.timeOrigin + performance.now();
    const began = clock();
    const old = await laboratory.cluster.failOver(fault, {
      lost: async () => {
        lost = began;
        injection = await proveLost(laboratory, fault);
        await pause(promotion);
      },
      promoted: () => {
        promoted = clock();
        laboratory.moveNames();
      },
    });
    await allServed(thread, promoted);
    const seen = await asked<Seen[]>(thread, undefined);
    await thread.terminate();
    await laboratory.cluster.restore(old, fault);
    const since = (start: number, times: number[]) => times.find((time) => time >= start);
    const firsts = seen.map(({ served }) => since(promoted, served) ?? promoted + watching);
    return {
      errored: seen.filter(({ failed }) => since(lost, failed)).length,
      after: seen.filter(({ failed }) => since(promoted, failed)).length,
      served: (percentile(firsts, 0.99) - promoted) / 1000,
      fallbacks: sidecar.fallbacks,
      injection,
    };
  } finally {
    await thread.terminate();
    await follower?.kill();
    await sidecar.close();
    await pooler.kill();
    laboratory.moveNames();
  }
}

/** Resolves when every client was served since a moment, and has had time to see it fail again. */
async function allServed(thread: Worker, moment: number): Promise<void> {
  const end = performance.now() + watching;
  while (performance.now() < end && !(await asked<boolean>(thread, moment))) await pause(250);
  await pause(2 * pace);
}

async function asked<Answer>(thread: Worker, question: number | undefined): Promise<Answer> {
  thread.postMessage(question);
  const [answer] = (await once(thread, "message")) as [Answer];
  return answer;
}

function dataFor(laboratory: Laboratory, pooler: PgBouncer): CrowdData {
  const {
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  } = laboratory.environment("", 0);
  return {
    clients: many,
    pace,
    connection: {
      host: pooler.address,
      port: pooler.port,
      user,
      password,
      database,
      ssl: { ca: laboratory.authority.pem, servername: pooler.serverName },
      connectionTimeoutMillis: 60_000,
    },
  };
}
