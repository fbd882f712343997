import { BrokenCircuitError } from "cockatiel";
import type { PoolClient } from "pg";
import { Breaker } from "./breaker";
import { classify, Database, LimitReached, OutcomeUnknown, Reads } from "./database";
import { log } from "./log";
import type { Metrics } from "./metrics";
import { Problem } from "./problems";
import type { Settings } from "./settings";

type Work<Result> = (client: PoolClient) => Promise<Result>;
type QueryType = "ingest" | "update" | "read" | "probe";

/** Above it, reads leave the replica for the writer. */
const maxLagSeconds = 2;

/**
 * The database as the routes see it: every request is bounded, and fails as the {@link Problem}
 * that says whether something was written.
 */
export class Store {
  private readonly writer: Database;
  private readonly replica: Database;
  private readonly reads: Reads;
  readonly breakers = {
    write: new Breaker("database-writes", isDatabasesFault),
    read: new Breaker("database-reads", isDatabasesFault),
  };
  /** Why the writer failed last; a success clears it. */
  private trouble: "slow" | "away" | "read-only" | undefined;
  private readonly pulse: NodeJS.Timeout;
  private told = -Infinity;

  constructor(
    private readonly settings: Settings,
    private readonly metrics: Metrics,
  ) {
    this.writer = new Database(settings.writer);
    this.replica = new Database(settings.replica);
    this.reads = new Reads(this.writer, this.replica, maxLagSeconds);
    // Without traffic too, a breaker closes again, the mode is true, and connections are there.
    this.pulse = setInterval(() => void this.beat(), 1000);
    this.pulse.unref();
  }

  /** Opens its connections ahead of the first request; without a database too it soon resolves. */
  async warm(): Promise<void> {
    await Promise.all([this.writer.warm(), this.replica.warm()]);
  }

  /**
   * Runs a transaction on the writer, committed at most once.
   *
   * @throws Problem when the database is at fault
   */
  async write<Result>(type: QueryType, work: Work<Result>): Promise<Result> {
    return this.guarded(this.breakers.write, type, async ({ statement, total }) => {
      const end = performance.now() + total;
      try {
        return await this.writer.transaction(work, { statement, total });
      } catch (error) {
        const left = end - performance.now();
        // A kept connection may have ended unseen. Nothing was committed: once more, on another one.
        if (classify(error) !== "connection" || error instanceof OutcomeUnknown || left < total / 2)
          throw error;
        return this.writer.transaction(work, { statement, total: left });
      }
    });
  }

  /** Runs a read-only transaction on the replica while it keeps up, else on the writer. @throws Problem */
  async read<Result>(type: QueryType, work: Work<Result>): Promise<Result> {
    return this.guarded(this.breakers.read, type, async ({ statement, total }) => {
      const end = performance.now() + total;
      const limits = { statement, total, readOnly: true };
      const first = this.reads.preferred;
      try {
        return await first.transaction(work, limits);
      } catch (error) {
        if (first === this.writer || classify(error) !== "connection") throw error;
        this.reads.avoidReplica();
        const left = end - performance.now();
        if (left < 50) throw error;
        return this.writer.transaction(work, { ...limits, total: left });
      }
    });
  }

  /** Asks the writer past the breaker. @throws when it takes no writes in time */
  async ping(): Promise<void> {
    const { statement, database: total } = this.settings.timeouts;
    await this.writer.transaction(requireWriter, { statement, total });
  }

  /** Why writes are refused now; undefined while they are taken. */
  get writesRefused(): string | undefined {
    return this.breakers.write.state === "closed"
      ? undefined
      : `database-${this.trouble ?? "away"}`;
  }

  get replicaKeepsUp(): boolean {
    return this.reads.preferred === this.replica;
  }

  get activeConnections(): number {
    return this.writer.active + this.replica.active;
  }

  lagMetrics(): Promise<string> {
    return this.reads.metrics();
  }

  async close(): Promise<void> {
    clearInterval(this.pulse);
    this.reads.close();
    await Promise.all([this.writer.close(), this.replica.close()]);
  }

  private async guarded<Result>(
    breaker: Breaker,
    type: QueryType,
    work: (limits: { statement: number; total: number }) => Promise<Result>,
  ): Promise<Result> {
    const { statement, database: total } = this.settings.timeouts;
    const started = performance.now();
    try {
      const result = await breaker.run(() => work({ statement, total }));
      if (breaker === this.breakers.write) this.trouble = undefined;
      this.metrics.query(type, "success", performance.now() - started);
      return result;
    } catch (error) {
      const problem = this.problemOf(error, breaker);
      if (error instanceof BrokenCircuitError) throw problem;
      const trouble = troubleOf(error);
      this.metrics.query(type, trouble ? "error" : "success", performance.now() - started);
      if (breaker === this.breakers.write) this.trouble = trouble;
      if (trouble) this.tell(type, error as Error);
      throw problem;
    }
  }

  /** Says why the database failed, at most once a second: clients are told only that it did. */
  private tell(type: QueryType, error: Error): void {
    if (performance.now() - this.told < 1000) return;
    this.told = performance.now();
    const { code } = error as { code?: string };
    log.warn("database failed", { query: type, code, reason: error.message });
  }

  /** What the client is told; an error that is not the database's stays as it is. */
  private problemOf(error: unknown, breaker: Breaker): unknown {
    if (error instanceof BrokenCircuitError) {
      if (breaker === this.breakers.write) return new Problem("read-only", this.writesRefused, 2);
      return new Problem("database-away", undefined, 2);
    }
    if (error instanceof OutcomeUnknown) return new Problem("unknown-outcome");
    const trouble = troubleOf(error);
    if (!trouble) return error;
    return new Problem(trouble === "read-only" ? "read-only" : `database-${trouble}`);
  }

  private async beat(): Promise<void> {
    if (this.breakers.write.state === "closed") void this.writer.warm();
    if (this.breakers.read.state === "closed") void this.replica.warm();
    await Promise.allSettled([
      this.write("probe", requireWriter),
      this.read("probe", (client) => client.query("SELECT 1")),
    ]);
  }
}

/** Statements that the server cancelled or could not run for want of something. */
const exhausted = /^(57014|55P03|40P01|53...)$/;

/** What an error says about the database; undefined when it is no fault of its. */
function troubleOf(error: unknown): "slow" | "away" | "read-only" | undefined {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  const failure = classify(error);
  if (failure === "read-only") return "read-only";
  if (exhausted.test(code) || error instanceof LimitReached) return "slow";
  if (failure === "statement") return undefined;
  return /time-?out|timed out/i.test(message) ? "slow" : "away";
}

/** One deadlock or full lock queue says nothing about the next request. */
function isDatabasesFault(error: Error): boolean {
  const { code } = error as { code?: string };
  return troubleOf(error) !== undefined && code !== "40P01" && code !== "55P03";
}

/** Fails like a write on a server that takes none: after a failover it is a standby. */
async function requireWriter(client: PoolClient): Promise<void> {
  const { rows } = await client.query("SELECT pg_is_in_recovery() AS standby");
  if (rows[0].standby) throw Object.assign(new Error("the server is a standby"), { code: "25006" });
}
