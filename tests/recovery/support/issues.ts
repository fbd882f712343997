import { LocalServer } from "../../../lib/http-server";

/** An issue, as far as it is looked at. */
export interface Issue {
  number: number;
  state: "open" | "closed";
  title: string;
  body: string | null;
  user: { login: string };
}

interface Answer {
  status: number;
  value: unknown;
  link?: string;
}

/**
 * A stand-in of GitHub's issues of one repository: it lists them by pages, newest first, opens and changes
 * them. It hides none by its author, as GitHub does when asked: whoever asks has to look himself.
 */
export class Issues {
  readonly issues: Issue[] = [];
  /** Every request: method, path and token. */
  readonly asked: { method: string; url: string; token?: string }[] = [];
  /** Answers everything with this status instead. */
  refuses?: number;

  private constructor(
    private readonly pageSize: number,
    private readonly author: string,
  ) {}

  /** @param author who writes what comes in */
  static async start(pageSize: number, author = "github-actions[bot]") {
    const issues = new Issues(pageSize, author);
    const server = await LocalServer.start((request, response, body) => {
      const { method = "", url = "", headers } = request;
      issues.asked.push({ method, url, token: headers.authorization });
      const { status, value, link } = issues.answer(server.url, method, url, body);
      response.writeHead(status, link ? { link } : {}).end(JSON.stringify(value));
    });
    return { issues, server };
  }

  add(issue: Partial<Issue>): void {
    const number = this.issues.length + 1;
    const user = { login: this.author };
    this.issues.push({ number, state: "open", title: "", body: "", user, ...issue });
  }

  /** As a reader sees them. */
  get seen(): string[] {
    return this.issues.map(({ number, state, title }) => `#${number} ${state} ${title}`);
  }

  private answer(host: string, method: string, url: string, body: string): Answer {
    if (this.refuses) return { status: this.refuses, value: { message: "no" } };
    const { pathname, searchParams } = new URL(url, host);
    if (method === "GET") return this.page(host, pathname, Number(searchParams.get("page") ?? 1));
    const sent = JSON.parse(body) as Partial<Issue>;
    if (method === "POST") {
      this.add(sent);
      return { status: 201, value: this.issues.at(-1) };
    }
    const number = Number(/issues\/(\d+)$/.exec(pathname)?.[1]);
    const issue = this.issues.find((one) => one.number === number)!;
    return { status: 200, value: Object.assign(issue, sent) };
  }

  private page(host: string, pathname: string, page: number): Answer {
    const newest = this.issues.toReversed();
    const end = page * this.pageSize;
    const link =
      end < newest.length ? `<${host}${pathname}?page=${page + 1}>; rel="next"` : undefined;
    return { status: 200, value: newest.slice(end - this.pageSize, end), link };
  }
}
