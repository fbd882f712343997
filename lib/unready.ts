import { DelegateBackoff, handleType, retry, type IRetryBackoffContext } from "cockatiel";
import { Failure } from "./ends";

/** An answer of GitHub that may be another one later; the message says what was asked, and what came. */
export class Unready extends Failure {
  constructor(
    message: string,
    /** Milliseconds to wait, where GitHub says so. */
    readonly after?: number,
  ) {
    super(message);
  }
}

/** Longest time, in ms, that is waited for GitHub's own limits to pass: its hour is longer than a job's patience. */
const patience = 15 * 60_000;

/** Times that a request is made again: over half a minute, when GitHub names no time. */
const repetitions = 5;

const backoff = new DelegateBackoff(({ attempt, result }: IRetryBackoffContext<unknown>) => {
  const error = "error" in result ? result.error : undefined;
  return (error instanceof Unready ? error.after : undefined) ?? 1000 * 2 ** (attempt - 1);
});

/** Does something again while GitHub is not ready for it. @throws Failure when it never is */
export function untilReady<Result>(work: () => Promise<Result>): Promise<Result> {
  return retry(handleType(Unready), { maxAttempts: repetitions, backoff })
    .execute(work)
    .catch((error: unknown) => {
      // Whoever waits outside has not to wait once more.
      throw error instanceof Unready ? new Failure(error.message, { cause: error }) : error;
    });
}

/**
 * What a refusal is: for now, or for good.
 *
 * @param what what was asked, for the message
 * @param answer the response's body, as JSON
 */
export function refusal(what: string, { status, headers }: Response, answer: unknown): Failure {
  const { message = "no message", errors = [] } = (answer ?? {}) as {
    message?: string;
    errors?: { message?: string }[];
  };
  const more = errors.map((error) => error.message).filter(Boolean);
  const said = `${what}: ${status}: ${[message, ...more].join(": ").replace(/\s+/g, " ")}`;
  if (status >= 500) return new Unready(said);
  const after = limited(status, headers, message);
  if (after === undefined) return new Failure(said);
  return after <= patience
    ? new Unready(said, after)
    : new Failure(`${said}: not before ${new Date(Date.now() + after).toISOString()}`);
}

/**
 * Milliseconds until a limit has passed; undefined: it is no limit. By GitHub's own rules, "Rate limits
 * for the REST API": what Retry-After says, or when the limit is reset, or a minute.
 */
export function limited(status: number, headers: Headers, message: string): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const wait = Number(headers.get("retry-after") ?? NaN);
  if (Number.isFinite(wait)) return wait * 1000;
  if (headers.get("x-ratelimit-remaining") === "0")
    return Math.max(Number(headers.get("x-ratelimit-reset")) * 1000 - Date.now(), 0) + 1000;
  return status === 429 || /rate limit/i.test(message) ? 60_000 : undefined;
}
