import { z } from "zod";
import { Failure, UsageError } from "./ends";
import { refusal, Unready, untilReady } from "./unready";

/** Where GitHub is and who asks, as a workflow's environment says it. */
interface Access {
  GITHUB_TOKEN?: string;
  /** Default: https://api.github.com */
  GITHUB_API_URL?: string;
}

/** Milliseconds in which an answer has to be there. */
const patience = 30_000;

interface Answer {
  there: boolean;
  body: unknown;
  link: string | null;
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/**
 * GitHub's REST API, for one repository and with one token, which goes to the API's address alone and into
 * no message. Paths are below the repository's. What is read is asked for again while GitHub is not ready;
 * what is written is sent once: after an {@link Unready} nobody knows whether it is done, and whoever
 * asked looks again.
 */
export class GitHub {
  private readonly api: string;
  private readonly at: string;
  private readonly token: string;

  /**
   * @param repository OWNER/NAME
   * @throws UsageError for a name that is none, without a token, or for an address that it cannot be sent to
   */
  constructor(repository: string, access: Access = process.env) {
    if (!/^[\w-]+\/(?!\.+$)[\w.-]+$/.test(repository))
      throw new UsageError(`--repository: "${repository}" is not allowed; allowed: OWNER/NAME`);
    this.token = access.GITHUB_TOKEN ?? "";
    // What a header cannot hold would be told by the error.
    if (!/^[!-~]+$/.test(this.token))
      throw new UsageError(
        "GITHUB_TOKEN: it is not set, or is no token; give one of the repository",
      );
    this.api = address("GITHUB_API_URL", access.GITHUB_API_URL || "https://api.github.com");
    this.at = `/repos/${repository}`;
  }

  /** Everything in a list, over all its pages. @throws Failure */
  async list<Item>(path: string, item: z.ZodType<Item>): Promise<Item[]> {
    const items: Item[] = [];
    const first = `${this.at}${path}${path.includes("?") ? "&" : "?"}per_page=100`;
    for (let next: string | undefined = first; next !== undefined;) {
      const asked: string = next;
      const { body, link } = await untilReady(() => this.once("GET", asked));
      items.push(...read(`GET ${asked}`, z.array(item), body));
      next = this.nextOf(link);
    }
    return items;
  }

  /** @throws Failure, where there is no such thing too */
  async get<Item>(path: string, item: z.ZodType<Item>): Promise<Item> {
    const { body } = await untilReady(() => this.once("GET", this.at + path));
    return read(`GET ${this.at}${path}`, item, body);
  }

  /** Whether there is such a thing. @throws Failure */
  async has(path: string): Promise<boolean> {
    const asked = () => this.once("GET", this.at + path, { mayLack: true });
    return (await untilReady(asked)).there;
  }

  /** Makes something, once. @returns what GitHub says of it @throws Unready @throws Failure */
  async make<Item>(path: string, body: object, item: z.ZodType<Item>): Promise<Item> {
    const made = await this.once("POST", this.at + path, { body });
    return read(`POST ${this.at}${path}`, item, made.body);
  }

  /** Writes, once. @throws Unready @throws Failure */
  async write(method: Exclude<Method, "GET">, path: string, body?: object): Promise<void> {
    await this.once(method, this.at + path, { body });
  }

  /** @param path below the API's address @throws Unready @throws Failure */
  private async once(
    method: Method,
    path: string,
    { body, mayLack }: { body?: object; mayLack?: boolean } = {},
  ): Promise<Answer> {
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
      signal: AbortSignal.timeout(patience),
    }).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
      throw new Unready(`${what}: ${error.cause?.code ?? error.message}`);
    });
    const text = await response.text().catch((error: Error) => {
      throw new Unready(`${what}: ${error.message}`);
    });
    const { ok: there, status, headers } = response;
    const answer = json(text);
    if (there || (mayLack && status === 404))
      return { there, body: answer, link: headers.get("link") };
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

/** An address without a slash at its end. @throws UsageError for one that a token cannot be sent to */
export function address(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe = url?.protocol === "https:" || url?.hostname === "127.0.0.1";
  if (!safe || /[\s()<>]/.test(text))
    throw new UsageError(`${name}: ${JSON.stringify(text)} is not allowed; allowed: https://HOST`);
  return text.replace(/\/+$/, "");
}

function read<Item>(asked: string, item: z.ZodType<Item>, answer: unknown): Item {
  const { success, data } = item.safeParse(answer);
  if (success) return data;
  throw new Failure(`GitHub: ${asked}: the answer is none of its API's; check GITHUB_API_URL`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
