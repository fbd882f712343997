import { setTimeout as pause } from "node:timers/promises";
import type { PgBouncer } from "./pgbouncer";

const every = 250; // ms

/** What a pool did while it was watched. */
export interface Watched {
  /** Most server connections seen at once. */
  servers: number;
  /** Most clients seen connected at once. */
  clients: number;
  /** PgBouncer's processor time for one transaction once all clients were there, in microseconds. */
  cpuPerTransaction: number;
}

interface Sample {
  servers: number;
  clients: number;
  transactions: number;
  /** Seconds of processor time. */
  cpu: number;
}

/** Watches a PgBouncer's writer pool while `work` runs, over its socket: no handshake disturbs it. */
export async function watchPool<Result>(
  pooler: PgBouncer,
  work: Promise<Result>,
): Promise<[Result, Watched]> {
  const samples: Sample[] = [];
  let running = true;
  const looking = (async () => {
    for (; running; await pause(every)) samples.push(await look(pooler));
  })();
  try {
    const result = await work;
    return [result, summary(samples)];
  } finally {
    running = false;
    await looking;
  }
}

async function look(pooler: PgBouncer): Promise<Sample> {
  const { servers, cl_active, cl_waiting } = await pooler.pool("minixdr");
  const stats = await pooler.command("SHOW STATS");
  const own = stats.find((row) => row.database === "minixdr");
  const transactions = Number(own?.total_xact_count ?? 0);
  return { servers, clients: cl_active + cl_waiting, transactions, cpu: pooler.cpuSeconds() };
}

function summary(samples: Sample[]): Watched {
  const clients = Math.max(...samples.map((sample) => sample.clients));
  // Logins cost far more than transactions: only what came after the last of them counts.
  const steady = samples.filter((sample) => sample.clients === clients);
  const [first, last] = [steady[0]!, steady.at(-1)!];
  const cpuPerTransaction =
    ((last.cpu - first.cpu) / (last.transactions - first.transactions)) * 1e6;
  return {
    servers: Math.max(...samples.map(({ servers }) => servers)),
    clients,
    cpuPerTransaction,
  };
}
