import { Database, classify } from "../../images/backend/database";
import type { Postgres } from "./postgres";

/** The ledger's table. A row says by which path and when it was written. */
export const ledgerTable = `
  CREATE TABLE ledger (
    id bigint PRIMARY KEY,
    path text NOT NULL,
    tries int NOT NULL DEFAULT 1
  )`;

/** The key makes the write idempotent: a second try changes nothing but the count. */
const write = `
  INSERT INTO ledger (id, path) VALUES ($1, $2)
  ON CONFLICT (id) DO UPDATE SET tries = ledger.tries + 1
  RETURNING host(inet_server_addr()) AS server`;

/** One numbered write as its client saw it. Times are milliseconds of one clock. */
export interface Entry {
  id: number;
  issued: number;
  settled: number;
  /** The server that acknowledged it; absent where it failed. */
  server?: string;
  failure?: string;
}

/**
 * An open-loop client: it issues a numbered write at a fixed rate whether or not earlier ones have
 * been answered, through the reference backend's own access module, and notes every outcome.
 */
export class Ledger {
  /** The highest number issued so far, by all ledgers. */
  static lastId = 0;
  readonly entries: Entry[] = [];
  private readonly open = new Set<Promise<void>>();
  private readonly started = performance.now();
  private readonly timer: NodeJS.Timeout;
  private issued = 0;
  private onSettled: (entry: Entry) => void = () => undefined;

  /** @param rate writes a second */
  constructor(
    readonly path: string,
    readonly database: Database,
    private readonly rate: number,
  ) {
    this.timer = setInterval(() => this.issueDue(), 5);
  }

  /** Resolves with the first write that fits; with undefined at the deadline. */
  async first(fits: (entry: Entry) => boolean, deadline: number): Promise<Entry | undefined> {
    const known = this.entries.find(fits);
    if (known) return known;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), deadline - performance.now());
      this.onSettled = (entry) => {
        if (!fits(entry)) return;
        clearTimeout(timer);
        this.onSettled = () => undefined;
        resolve(entry);
      };
    });
  }

  /** Issues nothing more and waits for the answers that are still out. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.open);
  }

  get acknowledged(): Entry[] {
    return this.entries.filter((entry) => entry.server !== undefined);
  }

  get failed(): Entry[] {
    return this.entries.filter((entry) => entry.server === undefined);
  }

  /** Acknowledged writes that the server does not have. */
  async lost(server: Postgres, database: string): Promise<number[]> {
    const rows = await server.sql<{ id: string }>(
      "SELECT id FROM ledger WHERE path = $1",
      [this.path],
      database,
    );
    const there = new Set(rows.map((row) => Number(row.id)));
    return this.acknowledged.map((entry) => entry.id).filter((id) => !there.has(id));
  }

  private issueDue(): void {
    const due = ((performance.now() - this.started) * this.rate) / 1000;
    for (; this.issued < due; this.issued++) {
      const request = this.request(++Ledger.lastId).finally(() => this.open.delete(request));
      this.open.add(request);
    }
  }

  private async request(id: number): Promise<void> {
    const entry: Entry = { id, issued: performance.now(), settled: NaN };
    try {
      const { rows } = await this.database.queryIdempotent<{ server: string }>(write, [
        id,
        this.path,
      ]);
      entry.server = rows[0]!.server;
    } catch (error) {
      entry.failure = `${classify(error)}: ${(error as Error).message}`;
    }
    entry.settled = performance.now();
    this.entries.push(entry);
    this.onSettled(entry);
  }
}
