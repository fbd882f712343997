import { classify, type Database } from "../../images/backend/database";

const every = 100; // ms

/**
 * A write that leaves nothing behind: a message in the write-ahead log, committed on a standby like
 * any row. It needs no table and no right of its own, and a read-only server refuses it.
 */
const write = `
  SELECT pg_logical_emit_message(true, 'failover', ''), host(inet_server_addr()) AS server`;

/** From one acknowledged write to the next, milliseconds of this process's own clock. */
export interface Gap {
  from: number;
  to: number;
}

/** Writes through the pool all the time, each once, and notes when they are acknowledged. Times are seconds. */
export class WriteWatch {
  failed = 0;
  /** Address of the server that acknowledged the last write. */
  server: string | undefined;
  /** Why the last failed write failed. */
  failure: string | undefined;
  private longest: Gap = { from: 0, to: 0 };
  private last = performance.now();
  private since = this.last;
  private readonly open = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly database: Database) {
    this.timer = setInterval(() => {
      const writing = this.write().finally(() => this.open.delete(writing));
      this.open.add(writing);
    }, every);
  }

  /** The longest time without an acknowledged write since {@link restart}, one that still lasts included. */
  get gap(): Gap {
    return longer(this.longest, { from: this.last, to: performance.now() });
  }

  /** For how long writes have now been acknowledged without a failure. */
  get steady(): number {
    return performance.now() - this.last > 1000 ? 0 : (performance.now() - this.since) / 1000;
  }

  /** Forgets what was; the next gap begins at the last acknowledged write. */
  restart(): void {
    this.longest = { from: 0, to: 0 };
    this.failed = 0;
  }

  /** Ends the writes and the connections. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.open);
    await this.database.close();
  }

  private async write(): Promise<void> {
    try {
      const { rows } = await this.database.query<{ server: string }>(write);
      const now = performance.now();
      this.longest = longer(this.longest, { from: this.last, to: now });
      this.last = now;
      this.server = rows[0]!.server;
    } catch (error) {
      this.failed++;
      this.failure = `${classify(error)}: ${(error as Error).message}`;
      this.since = performance.now();
    }
  }
}

const longer = (one: Gap, other: Gap) => (other.to - other.from > one.to - one.from ? other : one);
