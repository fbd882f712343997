/** Why a request to the database failed, as far as it decides what to do next. */
export type Failure =
  /** The connection broke, was refused or timed out: the outcome of the request is unknown. */
  | "connection"
  /** The server answered, but takes no writes: it is no longer the writer. */
  | "read-only"
  /** The statement itself is at fault; repeating it would fail again. */
  | "statement";

/** A transaction's own time was over. A broken connection to {@link classify}: it was given up. */
export class LimitReached extends Error {
  override readonly name = "LimitReached";
  readonly code = "ETIMEDOUT";
  constructor() {
    super("the transaction's time limit was reached");
  }
}

/** COMMIT was sent and not answered: what it would have written may be there or not. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
  readonly code = "08007"; // transaction_resolution_unknown
  constructor(override readonly cause: unknown) {
    super(`COMMIT was not answered: ${(cause as Error).message}`);
  }
}

const readOnly = "25006"; // read_only_sql_transaction

/** Errors of the operating system and of `pg` that carry no SQLSTATE. */
const brokenConnection =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)|time-?out|terminated|not queryable/i;

/**
 * Distinguishes a broken connection and a stale writer from a wrong statement.
 *
 * SQLSTATE classes 08 (connection) and 57P0x (the server is shutting down or starting) mean that
 * the connection is gone. PgBouncer reports its own refusals (no server, wait too long) as 08P01.
 */
export function classify(error: unknown): Failure {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (code === readOnly) return "read-only";
  if (code.startsWith("08") || code.startsWith("57P0")) return "connection";
  if (brokenConnection.test(code) || brokenConnection.test(message)) return "connection";
  return "statement";
}
