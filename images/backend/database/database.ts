import { setTimeout as pause } from "node:timers/promises";
import { Pool, type PoolClient, type QueryResult, type QueryResultRow } from "pg";
import { classify, LimitReached, OutcomeUnknown } from "./failure";
import { impatientSocket, NotReached } from "./reach";

/** Where the database is and how long to wait for it. Times are milliseconds where not said otherwise. */
export interface DatabaseSettings {
  /** PgBouncer's address; only migrations, dumps and restores name the database itself. */
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** PEM of the authority that signed the server's certificate, which is always verified. */
  ca: string;
  /** Name in the server's certificate, where it differs from `host`. */
  serverName?: string;
  /** Connections of this process. Default 10. */
  maxConnections?: number;
  /** Of them, so many stay open when nobody needs them. Default 0. */
  minConnections?: number;
  /** Longest wait for a connection, a free one or a new one. Default 3000. */
  connectTimeout?: number;
  /** Longest wait for an answer; the connection is given up after it. Default 5000. */
  queryTimeout?: number;
  /**
   * Seconds after which a connection is replaced. Default 120. A PgBouncer that shuts down waits for
   * its clients; its chart's termination grace period counts on these 120 s.
   */
  maxLifetimeSeconds?: number;
}

/** How long a transaction may take. Times are milliseconds. */
export interface TransactionLimits {
  /** Longest run of one statement at the server, which then cancels it. */
  statement: number;
  /** Longest time of the whole, the wait for a connection included; the connection is then given up. */
  total: number;
  /** Refuses writes, on whatever server. Default false. */
  readOnly?: boolean;
}

/** Long enough for PgBouncer to have dropped a broken server connection, short for the one who waits. */
const retryDelay = 250;

/** New connections that one request tries, each perhaps to another pooler: of three all but one may be away. */
const mostTries = 4;

/**
 * A pool of connections to one database.
 *
 * Whatever breaks a connection, or shows that its server is no longer the writer, also removes it
 * from the pool: the next request starts on a new connection.
 */
export class Database {
  private readonly pool: Pool;
  /** Requests that were tried a second time since the start. */
  retries = 0;

  private readonly kept: number;

  constructor(settings: DatabaseSettings) {
    this.kept = settings.minConnections ?? 0;
    this.pool = new Pool({
      host: settings.host,
      port: settings.port,
      database: settings.database,
      user: settings.user,
      password: settings.password,
      ssl: { ca: settings.ca, servername: settings.serverName ?? settings.host },
      max: settings.maxConnections ?? 10,
      min: this.kept,
      connectionTimeoutMillis: settings.connectTimeout ?? 3000,
      query_timeout: settings.queryTimeout ?? 5000,
      maxLifetimeSeconds: lifetime(settings.maxLifetimeSeconds ?? 120),
      keepAlive: true,
      stream: impatientSocket,
    });
    // An idle connection that breaks is removed by the pool; one in use makes its request reject.
    // Without listeners either would end the process.
    this.pool.on("error", () => undefined);
    this.pool.on("connect", (client) => client.on("error", () => undefined));
  }

  /**
   * Opens what is missing of the connections that stay, here and in PgBouncer, so that no burst of
   * requests has to wait for a handshake each: at the start, and after their lifetime, when the pool
   * drops them and opens none. Resolves within two time-outs, also where there is no database.
   */
  async warm(): Promise<void> {
    if (this.pool.totalCount >= this.kept) return;
    // As many at once as there shall be: each idle connection takes one.
    const opening = Array.from({ length: this.kept }, () => this.query("SELECT 1"));
    await Promise.allSettled(opening);
  }

  /** Runs one statement once. Rejects with the error of `pg`; {@link classify} reads it. */
  async query<Row extends QueryResultRow>(
    text: string,
    values: unknown[] = [],
  ): Promise<QueryResult<Row>> {
    return this.use((client) => client.query<Row>(text, values));
  }

  /**
   * Runs one statement that may be repeated without harm: a read, or a write with a key of the
   * caller's and ON CONFLICT. It is tried a second time, on another connection, when the first
   * connection broke or led to a read-only server; never a third time.
   */
  async queryIdempotent<Row extends QueryResultRow>(
    text: string,
    values: unknown[] = [],
  ): Promise<QueryResult<Row>> {
    try {
      return await this.query<Row>(text, values);
    } catch (error) {
      if (classify(error) === "statement") throw error;
      this.retries++;
      await pause(retryDelay);
      return this.query<Row>(text, values);
    }
  }

  /**
   * Runs `work` in a transaction, once: committed when it resolves, rolled back when it rejects.
   *
   * @throws OutcomeUnknown when the connection broke, or the time was over, after COMMIT was sent;
   *   every other error means that nothing was committed.
   */
  async transaction<Result>(
    work: (client: PoolClient) => Promise<Result>,
    limits?: TransactionLimits,
  ): Promise<Result> {
    let committing = false;
    const whole = async (client: PoolClient) => {
      await client.query(begin(limits));
      try {
        const result = await work(client);
        committing = true;
        const { command } = await client.query("COMMIT");
        // The server's answer to COMMIT after an error that `work` kept to itself.
        if (command === "ROLLBACK") throw new Error("the transaction was rolled back");
        return result;
      } catch (error) {
        if (classify(error) === "statement") await client.query("ROLLBACK");
        throw error;
      }
    };
    try {
      return await this.use(whole, limits?.total);
    } catch (error) {
      throw committing && classify(error) === "connection" ? new OutcomeUnknown(error) : error;
    }
  }

  /** Connections that run a request now. */
  get active(): number {
    return this.pool.totalCount - this.pool.idleCount;
  }

  /** Waits for the requests that run, then closes all connections. */
  async close(): Promise<void> {
    await this.pool.end();
  }

  private async use<Result>(
    work: (client: PoolClient) => Promise<Result>,
    total = 0,
  ): Promise<Result> {
    let held: PoolClient | undefined;
    let over = false;
    const whole = async () => {
      const client = await this.connected(() => over);
      if (over) {
        // It comes too late for this request, not for the next.
        client.release();
        throw new LimitReached();
      }
      held = client;
      try {
        const result = await work(client);
        if (!over) client.release();
        return result;
      } catch (error) {
        if (!over) client.release(classify(error) !== "statement");
        throw error;
      }
    };
    return within(whole(), total, () => {
      over = true;
      // What is still at work finds its connection closed: it can send no COMMIT any more.
      held?.release(true);
    });
  }

  /** A connection, free or new. @throws NotReached when no try met anybody */
  private async connected(over: () => boolean): Promise<PoolClient> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.pool.connect();
      } catch (error) {
        if (!(error instanceof NotReached) || tries === mostTries || over()) throw error;
      }
    }
  }
}

/** Processes that started together shall not connect again together: up to a quarter less. */
function lifetime(longest: number): number {
  return longest * (1 - Math.random() / 4);
}

/**
 * In one message, so that limits cost no round trip. SET LOCAL, as PgBouncer refuses the startup
 * parameter and would hand a session's setting to the next client; and not a cancel request, which
 * another PgBouncer of the same service would get.
 */
function begin(limits: TransactionLimits | undefined): string {
  if (!limits) return "BEGIN";
  const access = limits.readOnly ? " READ ONLY" : "";
  return `BEGIN${access}; SET LOCAL statement_timeout = ${Math.ceil(limits.statement)}`;
}

/** Rejects after so many milliseconds, 0 for never; what comes later is nobody's. */
function within<Result>(
  promise: Promise<Result>,
  milliseconds: number,
  atEnd: () => void,
): Promise<Result> {
  if (milliseconds === 0) return promise;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      atEnd();
      reject(new LimitReached());
    }, milliseconds);
    promise.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error as Error);
      },
    );
  });
}
