import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Launcher, Steering } from "./instance";
import { seen, type Answer, type Target } from "./target";
import { Unchecked } from "./verdict";

/** What a batch is answered with. */
export const Accepted = z.object({
  accepted: z.int(),
  events: z.array(z.object({ id: z.string() })),
  incidents: z.array(z.string()),
});

/** What every clause is checked with. */
export class Context {
  private readonly kept = new Map<string, Promise<unknown>>();

  constructor(
    readonly target: Target,
    /** Where the image runs by its start command. */
    readonly launcher?: Launcher,
    readonly signal?: AbortSignal,
  ) {}

  /** The first organization's API key. @throws Unchecked */
  get apiKey(): string {
    const { apiKey } = this.target;
    if (apiKey) return apiKey;
    throw new Unchecked("--api-key or CONFORMANCE_API_KEY is wanted: a key of an organization");
  }

  /** A second organization's API key. @throws Unchecked */
  get otherApiKey(): string {
    const { otherApiKey } = this.target;
    if (otherApiKey) return otherApiKey;
    throw new Unchecked(
      "--other-api-key or CONFORMANCE_OTHER_API_KEY is wanted: a key of a second organization",
    );
  }

  /** The start command. @throws Unchecked */
  get command(): Launcher {
    if (this.launcher) return this.launcher;
    throw new Unchecked("--command is wanted: what starts the image, to end it and start it again");
  }

  /** The proxy before the database or the cache. @throws Unchecked */
  proxy(part: keyof Steering): NonNullable<Steering[typeof part]> {
    const proxy = this.command.steering[part];
    if (proxy) return proxy;
    throw new Unchecked(
      `${part.toUpperCase()}_HOST is wanted in the environment: a proxy before the ${part} slows it and cuts it off`,
    );
  }

  /** Does something at most once, for all clauses that look at what came of it. */
  once<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (!this.kept.has(what)) this.kept.set(what, work());
    return this.kept.get(what) as Promise<T>;
  }

  /** Sends events with a key of their own, or the one given. */
  ingest(body: unknown, headers: Record<string, string> = {}, apiKey = this.apiKey) {
    const all = { "idempotency-key": randomUUID(), ...headers };
    return this.target.ask("/api/events", { method: "POST", body, headers: all, apiKey });
  }

  /**
   * Raises an incident, and returns its id.
   *
   * @throws Unchecked when none comes: events.incident names that.
   */
  async incident(apiKey = this.apiKey): Promise<string> {
    const answer = await this.ingest({ events: attack() }, {}, apiKey);
    const [id] = Accepted.safeParse(answer.json).data?.incidents ?? [];
    if (id) return id;
    throw new Unchecked(`it wants an incident, and none was raised (${seen(answer)})`);
  }

  /** An incident of its own as it is read, with its ETag. */
  async incidentRead(): Promise<{ path: string; answer: Answer; etag: string }> {
    const path = `/api/incidents/${await this.incident()}`;
    const answer = await this.target.ask(path);
    const etag = answer.headers.get("etag");
    if (etag) return { path, answer, etag };
    throw new Unchecked(`it wants an ETag, and there is none (${seen(answer)})`);
  }

  /** Changes an incident as a client does who saw this version of it. */
  update(path: string, etag: string | undefined, body: unknown, apiKey?: string): Promise<Answer> {
    const headers: Record<string, string> = etag === undefined ? {} : { "if-match": etag };
    return this.target.ask(path, { method: "PATCH", body, headers, apiKey });
  }
}

/** One harmless event. */
export function event(change: object = {}) {
  return {
    time: Date.now(),
    class_uid: 3002,
    activity_id: 1,
    severity_id: 1,
    message: "sign-in",
    metadata: { product: { name: "conformance" }, uid: randomUUID() },
    actor: { user: { name: `user-${randomUUID()}` } },
    src_endpoint: { ip: address() },
    ...change,
  };
}

/** What every detection takes for an incident: a burst of critical failed sign-ins from one address. */
export function attack() {
  const same = {
    actor: { user: { name: `user-${randomUUID()}` } },
    src_endpoint: { ip: address() },
  };
  return Array.from({ length: 20 }, () =>
    event({ ...same, severity_id: 5, message: "failed sign-in: wrong password, account locked" }),
  );
}

/** An address of the range for documentation and tests (RFC 2544). */
function address(): string {
  const byte = () => Math.floor(Math.random() * 256);
  return `198.${18 + (byte() % 2)}.${byte()}.${byte()}`;
}
