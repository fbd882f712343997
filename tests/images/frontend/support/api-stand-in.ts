import { randomUUID } from "node:crypto";
import { request, type IncomingMessage, type ServerResponse } from "node:http";
import type { Change, ServiceState } from "../../../../images/frontend/page/api";
import type { Incident } from "../../../../images/frontend/page/incident";
import { LocalServer } from "../../../../lib/http-server";

/**
 * A stand-in of the load balancer and of the backend's API behind it, on one origin: `/api/*` is
 * answered here, everything else by the frontend's own server. It knows one key, holds its
 * incidents in memory and can be told to be in trouble. It leaves out events, other tenants, the
 * database and every limit; it checks no body.
 */
export class ApiStandIn {
  static readonly key = "stand-in-key";
  readonly incidents = new Map<string, Incident>();
  /** What `/api/state` says; in `read-only` changes are refused. */
  state: ServiceState = { mode: "normal", reasons: [], version: "stand-in" };
  /** Age of every answer in seconds, which then is a stale one; undefined: answers are fresh. */
  staleFor: number | undefined;
  /**
   * How a change ends: answered; lost before or after it is made, of which the load balancer's 504
   * tells nothing; or made, and the connection cut.
   */
  changes: "answered" | "lost before" | "lost after" | "cut after" = "answered";
  /** Whether the key counts. */
  accepts = true;
  /** Requests to the API so far, as METHOD PATH. */
  readonly asked: string[] = [];
  private readonly streams = new Set<ServerResponse>();
  private server!: LocalServer;

  private constructor(private readonly frontend: string) {}

  /** Starts it before a frontend at this address. */
  static async start(frontend: string): Promise<ApiStandIn> {
    const standIn = new ApiStandIn(frontend);
    standIn.server = await LocalServer.start((incoming, response, body) => {
      if (incoming.url!.startsWith("/api/")) standIn.answer(incoming, response, body);
      else standIn.forward(incoming, response);
    });
    return standIn;
  }

  get url(): string {
    return this.server.url;
  }

  /** Puts an incident in or changes it, as another person or the detection would; streams tell. */
  put(change: Partial<Incident>): Incident {
    const now = new Date().toISOString();
    const before = this.incidents.get(change.id ?? "");
    const incident: Incident = {
      id: randomUUID(),
      title: "Brute force against a login",
      entity: "203.0.113.7",
      rule: "brute-force",
      severity: "high",
      status: "open",
      assignee: null,
      note: null,
      events: 1,
      firstSeen: now,
      lastSeen: now,
      createdAt: now,
      updatedAt: now,
      ...before,
      ...change,
      version: (before?.version ?? 0) + 1,
    };
    this.incidents.set(incident.id, incident);
    const text = `event: incident\nid: ${incident.id}:${incident.version}\ndata: ${JSON.stringify(incident)}\n\n`;
    for (const stream of this.streams) stream.write(text);
    return incident;
  }

  /** Ends all streams; returns how many there were. */
  dropStreams(): number {
    const { size } = this.streams;
    for (const stream of this.streams) stream.destroy();
    return size;
  }

  /** Back to normal and empty. */
  reset(): void {
    this.dropStreams();
    this.incidents.clear();
    this.asked.length = 0;
    this.state = { mode: "normal", reasons: [], version: "stand-in" };
    this.staleFor = undefined;
    this.changes = "answered";
    this.accepts = true;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private answer(incoming: IncomingMessage, response: ServerResponse, body: string): void {
    const { pathname, searchParams } = new URL(incoming.url!, this.url);
    this.asked.push(`${incoming.method} ${pathname}`);
    if (pathname === "/api/state") return json(response, 200, this.state);
    if (!this.accepts || incoming.headers["x-api-key"] !== ApiStandIn.key)
      return problem(response, 401, "unauthorized");
    if (pathname === "/api/incidents/stream") return this.stream(response);
    if (pathname === "/api/incidents") return this.list(response, searchParams);
    const incident = this.incidents.get(pathname.slice("/api/incidents/".length));
    if (!incident) return problem(response, 404, "not-found");
    if (incoming.method === "PATCH")
      return this.change(response, incident, incoming.headers["if-match"], body);
    this.read(response, incident, { etag: `"${incident.version}"` });
  }

  private list(response: ServerResponse, query: URLSearchParams): void {
    const wanted = [...this.incidents.values()]
      .filter(({ status }) => (query.get("status") ?? status) === status)
      .filter(({ severity }) => (query.get("severity") ?? severity) === severity)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
    const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit"))];
    const next = wanted.length > from + limit ? String(from + limit) : null;
    this.read(response, { incidents: wanted.slice(from, from + limit), next });
  }

  private read(response: ServerResponse, value: unknown, headers: Record<string, string> = {}) {
    const isStale = this.staleFor !== undefined;
    json(response, 200, value, {
      ...headers,
      "x-cache": isStale ? "stale" : "miss",
      age: String(this.staleFor ?? 0),
    });
  }

  private change(
    response: ServerResponse,
    incident: Incident,
    ifMatch: string | undefined,
    body: string,
  ): void {
    if (this.state.mode === "read-only") return problem(response, 503, "read-only");
    if (this.changes === "lost before") return problem(response, 504, "no-answer");
    if (ifMatch === undefined) return problem(response, 428, "precondition-required");
    if (ifMatch !== `"${incident.version}"`) return problem(response, 412, "precondition-failed");
    const updatedAt = new Date().toISOString();
    const changed = this.put({ id: incident.id, ...(JSON.parse(body) as Change), updatedAt });
    if (this.changes === "lost after") return problem(response, 504, "no-answer");
    if (this.changes === "cut after") return void response.destroy();
    json(response, 200, changed, { etag: `"${changed.version}"` });
  }

  private stream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": it is open\n\n");
    this.streams.add(response);
    response.once("close", () => this.streams.delete(response));
  }

  private forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, headers, url } = incoming;
    request(this.frontend + url!, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    }).end();
  }
}

function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}

function problem(response: ServerResponse, status: number, kind: string): void {
  const title = kind.replaceAll("-", " ");
  json(
    response,
    status,
    { type: `/problems/${kind}`, title, status },
    {
      "content-type": "application/problem+json",
      ...(status === 503 && { "retry-after": "2" }),
    },
  );
}
