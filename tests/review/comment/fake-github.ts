import type { IncomingMessage, ServerResponse } from "node:http";
import { LocalServer } from "../../../lib/http-server";

/** A pull request as a test writes it; what is left out is as in {@link FakeGitHub.open}. */
export interface Pull {
  number: number;
  state: string;
  head: { ref: string; sha: string; repo: { full_name: string } | null };
  base: { ref: string; sha: string; repo: { full_name: string } };
  changed_files: number;
  files: { filename: string; status: string; previous_filename?: string }[];
  locked: boolean;
  comments: { id: number; body: string; user: { login: string } }[];
}

/** What goes wrong with one request: the answer instead of its own, and whether it is carried out first. */
export interface Trouble {
  of: RegExp;
  status: number;
  message: string;
  headers?: Record<string, string>;
  done?: boolean;
}

export const repository = "mini-xdr/infrastructure";
export const token = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";
export const bot = "github-actions[bot]";

/**
 * Stands in for the part of GitHub's REST API that comments are written by. It refuses what GitHub refuses:
 * no or another token (401), a path that it does not have (404), an empty or a longer body than 65,536
 * characters (422), a comment in a locked conversation (403); it gives 30 items a page, 100 at most, and
 * names the next page in a Link header. It leaves out: permissions, limits other than those that a test
 * orders, conditional requests, and everything that GitHub does to a text. As GitHub does, it lets the bot
 * edit and remove anybody's comment, and has nothing of a fork's commit in commits/SHA/pulls.
 */
export class FakeGitHub {
  readonly pulls: Pull[] = [];
  readonly troubles: Trouble[] = [];
  /** `METHOD path?query` of every request. */
  readonly asked: string[] = [];
  private id = 1000;

  private constructor(private readonly server: LocalServer) {}

  static async start(): Promise<FakeGitHub> {
    const server = await LocalServer.start((request, response, body) =>
      fake.answer(request, response, body),
    );
    const fake = new FakeGitHub(server);
    return fake;
  }

  get url(): string {
    return this.server.url;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  forget(): void {
    for (const list of [this.pulls, this.troubles, this.asked]) list.length = 0;
  }

  /** Opens a pull request from a branch of the repository to main, with one file of the program. */
  open(number: number, sha: string, given: Partial<Pull> = {}): Pull {
    const files = given.files ?? [{ filename: "components/cache.ts", status: "modified" }];
    const own = { full_name: repository };
    const pull: Pull = {
      number,
      state: "open",
      head: { ref: "change", sha, repo: own },
      base: { ref: "main", sha: "b".repeat(40), repo: own },
      changed_files: files.length,
      locked: false,
      comments: [],
      ...given,
      files,
    };
    this.pulls.push(pull);
    return pull;
  }

  /** Somebody comments. */
  say(pull: Pull, login: string, body: string): number {
    const id = this.id++;
    pull.comments.push({ id, body, user: { login } });
    return id;
  }

  private answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { method = "", url = "" } = request;
    const asked = `${method} ${url}`;
    this.asked.push(asked);
    const at = this.troubles.findIndex(({ of }) => of.test(asked));
    const [trouble] = at === -1 ? [] : this.troubles.splice(at, 1);
    const answer =
      request.headers.authorization !== `Bearer ${token}`
        ? refused(401, "Bad credentials")
        : trouble && !trouble.done
          ? undefined
          : this.carryOut(method, new URL(url, this.url), body);
    const { status, body: own, headers } = trouble ? refusedBy(trouble) : answer!;
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
    response.end(own === undefined ? "" : JSON.stringify(own));
  }

  private carryOut(method: string, url: URL, body: string): Answer {
    const path = url.pathname.replace(`/repos/${repository}`, "");
    const [, place, number] = /^\/(issues\/comments|issues|pulls)(?:\/(\d+))?/.exec(path) ?? [];
    const pull = this.pulls.find((one) => one.number === Number(number));
    if (method === "GET" && path === "/pulls")
      return paged(
        this.pulls.filter(({ state }) => state === url.searchParams.get("state")).map(listed),
        url,
      );
    if (place === "issues/comments") return this.change(method, Number(number), body);
    if (!pull) return refused(404, "Not Found");
    if (method === "GET" && path === `/pulls/${number}`)
      return { status: 200, body: { ...listed(pull), changed_files: pull.changed_files } };
    if (method === "GET" && path === `/pulls/${number}/files`) return paged(pull.files, url);
    if (path !== `/issues/${number}/comments`) return refused(404, "Not Found");
    if (method === "GET") return paged(pull.comments, url);
    if (pull.locked) return refused(403, "Unable to create comment because issue is locked.");
    const text = textOf(body);
    if (typeof text !== "string") return text;
    const id = this.say(pull, bot, text);
    return { status: 201, body: pull.comments.find((one) => one.id === id) };
  }

  private change(method: string, id: number, body: string): Answer {
    const pull = this.pulls.find(({ comments }) => comments.some((one) => one.id === id));
    const comment = pull?.comments.find((one) => one.id === id);
    if (!pull || !comment) return refused(404, "Not Found");
    if (method === "DELETE") {
      pull.comments.splice(pull.comments.indexOf(comment), 1);
      return { status: 204 };
    }
    if (method !== "PATCH") return refused(404, "Not Found");
    const text = textOf(body);
    if (typeof text !== "string") return text;
    comment.body = text;
    return { status: 200, body: comment };
  }
}

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** In a list a pull request lacks the number of its files. */
function listed({ number, state, head, base }: Pull) {
  return { number, state, head, base };
}

function refused(status: number, message: string, errors?: object[]): Answer {
  const documentation_url = "https://docs.github.com/rest";
  return { status, body: { message, errors, documentation_url, status: String(status) } };
}

function refusedBy({ status, message, headers }: Trouble): Answer {
  return { ...refused(status, message), headers };
}

function textOf(body: string): string | Answer {
  const { body: text } = JSON.parse(body) as { body?: string };
  const fault = (message: string) =>
    refused(422, "Validation Failed", [
      { resource: "IssueComment", code: "unprocessable", field: "data", message },
    ]);
  if (!text) return fault("Body cannot be blank");
  if ([...text].length > 65_536) return fault("Body is too long (maximum is 65536 characters)");
  return text;
}

function paged(items: object[], url: URL): Answer {
  const size = Math.min(Number(url.searchParams.get("per_page") ?? 30), 100);
  const page = Number(url.searchParams.get("page") ?? 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const to = (number: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    return `<${target}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, "prev")] : []),
    ...(page < last ? [to(page + 1, "next"), to(last, "last")] : []),
  ];
  return {
    status: 200,
    body: items.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { link: links.join(", ") } : undefined,
  };
}
