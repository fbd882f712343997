import { LocalServer } from "../../../lib/http-server";
import { paged, refused, type Answer } from "../../support/github-answers";

/** An issue, as far as it is looked at. */
export interface Issue {
  number: number;
  state: "open" | "closed";
  title: string;
  body: string | null;
  user: { login: string };
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

  private constructor(private readonly author: string) {}

  /** @param author who writes what comes in */
  static async start(author = "github-actions[bot]") {
    const issues = new Issues(author);
    const server = await LocalServer.start((request, response, body) => {
      const { method = "", url = "", headers } = request;
      issues.asked.push({ method, url, token: headers.authorization });
      const answer = issues.answer(method, new URL(url, server.url), body);
      response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
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

  private answer(method: string, url: URL, body: string): Answer {
    if (this.refuses) return refused(this.refuses, "no");
    if (method === "GET") return paged(this.issues.toReversed(), url);
    const sent = JSON.parse(body) as Partial<Issue>;
    if (method === "POST") {
      this.add(sent);
      return { status: 201, body: this.issues.at(-1) };
    }
    const number = Number(/issues\/(\d+)$/.exec(url.pathname)?.[1]);
    const issue = this.issues.find((one) => one.number === number)!;
    return { status: 200, body: Object.assign(issue, sent) };
  }
}
