import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { output, run } from "../../lib/processes";
import { tool } from "../../tools";

// One thread waits for all its clients with one poll, whose cost grows with their number.
const clientsPerThread = 20;

/** What PostgreSQL's own load program reports. */
export interface Load {
  /** Transactions a second, not counting the time to connect. */
  throughput: number;
  /** Seconds until all clients were connected; the load starts only then. */
  connectSeconds: number;
  /** Transactions that failed; all of them where clients could not connect. */
  failed: number;
  /** What it said about errors. */
  errors: string;
}

/** What each client repeats without a pause. */
export interface Work {
  clients: number;
  /** Of all clients together. A number and not a time: the clock runs while clients still connect. */
  transactions: number;
  /** Milliseconds that the server takes for each look-up; default none. */
  held?: number;
}

/** Runs look-ups by key as prepared statements. */
export async function pgbench(environment: NodeJS.ProcessEnv, work: Work): Promise<Load> {
  const { clients, transactions, held = 0 } = work;
  const folder = await mkdtemp(join(tmpdir(), "mini-xdr-pgbench-"));
  const script = join(folder, "look-up.sql");
  const pause = held > 0 ? `, pg_sleep(${held / 1000})` : "";
  await writeFile(
    script,
    `\\set aid random(1, 100000)\nSELECT abalance${pause} FROM pgbench_accounts WHERE aid = :aid;\n`,
  );
  const args = ["--no-vacuum", "--protocol", "prepared", "--file", script];
  args.push("--client", `${clients}`, "--jobs", `${Math.ceil(clients / clientsPerThread)}`);
  args.push("--transactions", `${Math.round(transactions / clients)}`);
  try {
    const { code, stdout, stderr } = await run(await program(), args, { env: environment });
    if (code !== 0) return { throughput: 0, connectSeconds: NaN, failed: Infinity, errors: stderr };
    return {
      throughput: Number(/tps = ([\d.]+)/.exec(stdout)?.[1]),
      connectSeconds: Number(/initial connection time = ([\d.]+)/.exec(stdout)?.[1]) / 1000,
      failed: Number(/failed transactions: (\d+)/.exec(stdout)?.[1] ?? 0),
      errors: stderr.split("\n").filter((line) => /error|FATAL/i.test(line))[0] ?? "",
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Creates pgbench's tables: 100,000 rows. */
export async function createTables(environment: NodeJS.ProcessEnv): Promise<void> {
  await output(await program(), ["-i", "-q", "-s", "1"], { env: environment });
}

const program = async () => join(dirname(await tool("postgres")), "pgbench");
