import { Failure, UsageError } from "./ends";

/** Where GitHub is and who asks, as a workflow's environment says it. */
interface Access {
  GITHUB_TOKEN?: string;
  GITHUB_API_URL?: string;
}

/** Milliseconds in which an answer has to be there. */
const patience = 30_000;

/** Answers that a list gives at most; what is behind them is not looked at. */
const mostPages = 50;

/** GitHub's REST API, for one repository and with one token. */
export class GitHub {
  private readonly url: string;

  /**
   * @param repository `OWNER/NAME`
   * @throws UsageError without a repository's name or a token.
   */
  constructor(
    repository: string,
    private readonly access: Access = process.env,
  ) {
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
      throw new UsageError(`--repository: "${repository}" is not allowed; allowed: OWNER/NAME`);
    if (!access.GITHUB_TOKEN)
      throw new UsageError("GITHUB_TOKEN: it is not set; give a token of the repository");
    const api = access.GITHUB_API_URL ?? "https://api.github.com";
    this.url = `${api}/repos/${repository}`;
  }

  /** What an answer holds; undefined when there is no such thing. @throws Failure */
  async get<T>(path: string): Promise<T | undefined> {
    const response = await this.ask("GET", `${this.url}${path}`);
    if (response.status === 404) return undefined;
    return (await this.checked("GET", path, response).json()) as T;
  }

  /** Every entry of a list, over all its pages. @throws Failure */
  async list<T>(path: string): Promise<T[]> {
    const entries: T[] = [];
    let next: string | undefined = `${this.url}${path}`;
    for (let page = 0; next !== undefined && page < mostPages; page++) {
      const response: Response = await this.ask("GET", next);
      entries.push(...((await this.checked("GET", path, response).json()) as T[]));
      next = nextPage(response, this.url);
    }
    return entries;
  }

  /** @throws Failure when GitHub refuses. */
  async send<T>(method: "POST" | "PATCH" | "PUT", path: string, body: object): Promise<T> {
    const response = await this.ask(method, `${this.url}${path}`, JSON.stringify(body));
    return (await this.checked(method, path, response).json()) as T;
  }

  private async ask(method: string, url: string, body?: string): Promise<Response> {
    const headers = {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${this.access.GITHUB_TOKEN}`,
      "x-github-api-version": "2022-11-28",
      "user-agent": "mini-xdr-infrastructure",
    };
    const signal = AbortSignal.timeout(patience);
    return fetch(url, { method, headers, body, signal, redirect: "error" }).catch(
      (error: Error) => {
        throw new Failure(`GitHub does not answer: ${error.message}`, { cause: error });
      },
    );
  }

  private checked(method: string, path: string, response: Response): Response {
    if (response.ok) return response;
    throw new Failure(
      `GitHub refuses ${method} ${path}: ${response.status} ${response.statusText}`,
    );
  }
}

/** The next page of a list, where the token may go to: the same repository's. */
function nextPage(response: Response, url: string): string | undefined {
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  return next !== undefined && new URL(next).origin === new URL(url).origin ? next : undefined;
}
