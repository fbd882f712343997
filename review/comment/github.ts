import { DelegateBackoff, handleType, retry, type IRetryBackoffContext } from "cockatiel";
import { z } from "zod";
import { Failure } from "../../lib/ends";

/** An answer that may be another one later; the message says what was asked, and what came. */
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

/** What this program asks of GitHub's REST API. */
export class GitHub {
  /**
   * @param api its address without a slash at the end, such as https://api.github.com
   * @param token goes to that address alone, and into no message
   */
  constructor(
    private readonly api: string,
    private readonly token: string,
  ) {}

  /** Everything in a list, over all its pages. */
  async list<Item>(path: string, item: z.ZodType<Item>): Promise<Item[]> {
    const items: Item[] = [];
    let next: string | undefined = `${path}${path.includes("?") ? "&" : "?"}per_page=100`;
    while (next !== undefined) {
      const asked: string = next;
      const { body, link } = await untilReady(() => this.once("GET", asked));
      items.push(...read(asked, z.array(item), body));
      next = this.nextOf(link);
    }
    return items;
  }

  async one<Item>(path: string, item: z.ZodType<Item>): Promise<Item> {
    const { body } = await untilReady(() => this.once("GET", path));
    return read(path, item, body);
  }

  /** Writes once: after an {@link Unready} nobody knows whether it is done, and whoever asked looks again. */
  async write(method: "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<void> {
    await this.once(method, path, body);
  }

  /** @throws Unready @throws Failure */
  private async once(method: string, path: string, body?: object) {
    const what = `GitHub: ${method} ${path}`;
    const response = await fetch(this.api + path, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${this.token}`,
        "user-agent": "mini-xdr",
        "x-github-api-version": "2022-11-28",
      },
      body: body && JSON.stringify(body),
      // Elsewhere nobody is to see the token.
      redirect: "manual",
      signal: AbortSignal.timeout(30_000),
    }).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
      throw new Unready(`${what}: ${error.cause?.code ?? error.message}`);
    });
    const text = await response.text().catch((error: Error) => {
      throw new Unready(`${what}: ${error.message}`);
    });
    const answer = json(text);
    if (response.ok) return { body: answer, link: response.headers.get("link") };
    throw refusal(what, response, answer);
  }

  /** The path of the next page, which is asked of the same address. */
  private nextOf(link: string | null): string | undefined {
    const next = /<([^>]*)>;[^,]*\brel="next"/.exec(link ?? "")?.[1];
    if (next === undefined) return undefined;
    if (next.startsWith(`${this.api}/`)) return next.slice(this.api.length);
    throw new Failure(`GitHub: the next page is at another address: ${next}`);
  }
}

function read<Item>(path: string, item: z.ZodType<Item>, answer: unknown): Item {
  const { success, data } = item.safeParse(answer);
  if (success) return data;
  throw new Failure(`GitHub: GET ${path}: the answer is none of its API's; check GITHUB_API_URL`);
}

/** What a refusal is: for now, or for good. */
function refusal(what: string, { status, headers }: Response, answer: unknown): Failure {
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

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
