import type { QueryResult, QueryResultRow } from "pg";
import { Gauge, Registry } from "prom-client";
import type { Database } from "./database";
import { classify } from "./failure";

/**
 * Seconds the replica is behind, as the replica knows. With an idle writer the last replayed
 * transaction is old although nothing is missing; that holds only while the replica is receiving.
 */
const lagQuery = `
  SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN 0
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
      AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
    ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 'infinity')
  END::float8 AS lag`;

const measureEvery = 1000; // ms

/** Reads that tolerate old data: from a replica while it keeps up, else from the writer. */
export class Reads {
  /** Seconds the replica is behind; infinite while it cannot be asked. */
  lagSeconds = Infinity;
  private readonly registry = new Registry();
  private readonly lag = new Gauge({
    name: "minixdr_database_replication_lag_seconds",
    help: "How far the read replica is behind.",
    registers: [this.registry],
  });
  private readonly timer: NodeJS.Timeout;
  private measuring = false;

  /** @param maxLagSeconds above it, reads go to the writer */
  constructor(
    private readonly writer: Database,
    private readonly replica: Database,
    private readonly maxLagSeconds: number,
  ) {
    this.timer = setInterval(() => void this.measure(), measureEvery);
    this.timer.unref();
    void this.measure();
  }

  /** Runs one read. When the replica breaks, the writer answers. */
  async query<Row extends QueryResultRow>(
    text: string,
    values: unknown[] = [],
  ): Promise<QueryResult<Row>> {
    if (this.preferred === this.replica) {
      try {
        return await this.replica.query<Row>(text, values);
      } catch (error) {
        if (classify(error) === "statement") throw error;
        this.avoidReplica();
      }
    }
    return this.writer.queryIdempotent<Row>(text, values);
  }

  /** Where a read is best run now: on the replica while it keeps up, else on the writer. */
  get preferred(): Database {
    return this.lagSeconds <= this.maxLagSeconds ? this.replica : this.writer;
  }

  /** The replica broke under a read: the writer serves until it has been measured again. */
  avoidReplica(): void {
    this.lagSeconds = Infinity;
  }

  /** The lag in Prometheus' text format. */
  metrics(): Promise<string> {
    this.lag.set(this.lagSeconds);
    return this.registry.metrics();
  }

  /** Stops measuring; the two databases stay open. */
  close(): void {
    clearInterval(this.timer);
  }

  private async measure(): Promise<void> {
    if (this.measuring) return;
    this.measuring = true;
    try {
      const { rows } = await this.replica.query<{ lag: number }>(lagQuery);
      this.lagSeconds = rows[0]?.lag ?? Infinity;
    } catch {
      this.lagSeconds = Infinity; // the metric says it: +Inf
    } finally {
      this.measuring = false;
    }
  }
}
