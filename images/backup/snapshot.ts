import type { Readable } from "node:stream";
import type { Client } from "pg";
import { libpqEnvironment, lockPatience, readServer, runNothing } from "./database";
import { readFacts, readTables, type Table } from "./facts";
import type { Log } from "./log";
import type { Facts, Roles } from "./manifest";
import { outputOf, ProgramFailed } from "./programs";
import { readRoles } from "./roles";
import type { Source } from "./source";

/**
 * One consistent look at a database, as long as its transaction lasts: what is streamed, counted and
 * read of it belongs together.
 */
export class Snapshot {
  private readonly left = new Map<string, string>();
  private counting: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly client: Client,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly database: string,
    private readonly name: string,
    private readonly tables: Table[],
    /** Everything that was committed before it is in it. */
    readonly at: Date,
    /** Large objects, which a dump leaves out: who may not read one could else not dump at all. */
    readonly largeObjects: number,
  ) {}

  /** Needs nothing but to log in: what cannot be read is left out. */
  static async open({ client, environment, written }: Source): Promise<Snapshot> {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // While pg_dump connects, this transaction waits; the server's limit for idle ones would end it.
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    await client.query("SET LOCAL statement_timeout = 0");
    await client.query(`SET LOCAL lock_timeout = ${lockPatience}`);
    await runNothing(client);
    const { rows } = await client.query<{ name: string; at: Date; large: string }>(
      `SELECT pg_export_snapshot() AS name, clock_timestamp() AS at,
              (SELECT count(*) FROM pg_largeobject_metadata) AS large`,
    );
    const { name, at, large } = rows[0]!;
    const { database } = await readServer(client);
    const tables = await readTables(client);
    // A standby has what the writer had written before, and whatever it got since.
    const since = written?.at ?? at;
    const env = libpqEnvironment(environment);
    const snapshot = new Snapshot(client, env, database, name, tables, since, Number(large));
    for (const { name, unreadable } of tables) if (unreadable) snapshot.left.set(name, unreadable);
    return snapshot;
  }

  /** Tables whose data is not in the dump, sorted. */
  get lacking(): string[] {
    return [...this.left.keys()].sort();
  }

  /** Why a table is not in it. */
  get reasons(): string[] {
    return [...this.left].map(([name, reason]) => `${name} (${reason})`).sort();
  }

  /** A custom-format dump. It ends well only when all of it that can be read has been. */
  stream(signal: AbortSignal): Readable {
    // Level 1: a quarter of the time of level 9 for a tenth more bytes (docs/decisions/0010).
    const args = ["--format=custom", "--compress=1", `--snapshot=${this.name}`, "--no-password"];
    const bounds = ["--no-blobs", `--lock-wait-timeout=${lockPatience}`];
    const out = this.tables.flatMap(({ name, pattern, unreadable }) => {
      if (!this.left.has(name)) return [];
      // Who may not read a table may not lock it either, and pg_dump locks what it only describes.
      return [`--exclude-table${unreadable === "denied" ? "" : "-data"}=${pattern}`];
    });
    return outputOf("pg_dump", [...args, ...bounds, ...out], signal, this.environment);
  }

  /**
   * Streams the dump somewhere. A table whose rows the server cannot give, such as one with a row
   * over 1 GB, is left out, and the dump begun again: it costs the time until there once more.
   *
   * @param store reads the stream to its end, and keeps nothing of one that breaks
   */
  async stored<T>(
    store: (dump: Readable) => Promise<T>,
    log: Log,
    signal: AbortSignal,
  ): Promise<T> {
    for (;;)
      try {
        return await store(this.stream(signal));
      } catch (error) {
        const found = signal.aborted ? undefined : await this.unreadable(error);
        if (!found) throw error;
        this.left.set(found.name, found.reason);
        log.error("a table cannot be dumped and is left out", found);
      }
  }

  /** The table that pg_dump ended at, if reading it again fails too. */
  private async unreadable(error: unknown): Promise<{ name: string; reason: string } | undefined> {
    if (!(error instanceof ProgramFailed)) return undefined;
    // Its last words are the command (PostgreSQL 15, src/bin/pg_dump/pg_dump.c, dumpTableData_copy).
    const isNamed = ({ name }: Table) =>
      !this.left.has(name) && error.words.includes(`COPY ${name} (`);
    for (const { name } of this.tables.filter(isNamed)) {
      const reason = await this.whyNot(name);
      if (reason) return { name, reason };
    }
    return undefined;
  }

  /** Why not all rows of a table can be read; undefined when they can. */
  private async whyNot(table: string): Promise<string | undefined> {
    // What fails here must not take a count with it.
    await this.counting;
    await this.client.query("SAVEPOINT look");
    try {
      // Output functions only: a cast to text could be anybody's.
      await this.client.query(`SELECT count(textin(record_out(t))) FROM ONLY ${table} t`);
      return undefined;
    } catch (error) {
      const { code = "", message } = error as { code?: string; message: string };
      // Nothing about the table: no resources, a conflict, an operator, a lost connection.
      if (!/^(?!08|25|40|53|55|57)[0-9A-Z]{5}$/.test(code)) throw error;
      await this.client.query("ROLLBACK TO look");
      return message;
    }
  }

  /** Counts while the dump streams; `lacking` says afterwards which tables are not in it all the same. */
  facts(roles: Roles): Promise<Facts> {
    const facts = readFacts(this.client, roles, this.lacking);
    this.counting = facts.catch(() => {});
    return facts;
  }

  roles(): Promise<Roles> {
    return readRoles(this.client, this.database);
  }
}
