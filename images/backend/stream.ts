import type { ServerResponse } from "node:http";
import { changedSince } from "./incidents";
import { Problem } from "./problems";
import type { Store } from "./store";
import type { Tenant } from "./tenants";
import type { Valkey } from "./valkey";

const channel = "minixdr:incidents";
/** Without the cache's message, a change is seen after so many milliseconds. */
const pollEvery = 2000;
/** How far back a poll looks: a transaction that began earlier may commit later. */
const overlap = 5000;
/** What a tenant's batches change within so many milliseconds is one message. */
const gather = 25;
const heartbeatEvery = 15_000;
/** A stream ends after so long and the page opens another one: with a key that still counts. */
const longest = 600_000;

interface Listener {
  organization: string;
  response: ServerResponse;
  end: NodeJS.Timeout;
}

/**
 * Server-Sent Events of incidents that changed. PgBouncer in transaction mode carries no LISTEN, so
 * the database is polled for all open streams at once; a message through the cache only makes the
 * poll come sooner. A client may see the same version of an incident more than once.
 */
export class Streams {
  private readonly listeners = new Set<Listener>();
  /** Versions sent in the time that polls look back, by incident. */
  private sent = new Map<string, { version: number; at: number }>();
  private since = Date.now();
  private polling = false;
  private again = false;
  private readonly timers: NodeJS.Timeout[];
  /** Tenants whose message is about to be sent. */
  private readonly announced = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly valkey: Valkey,
    private readonly most: number,
  ) {
    valkey.subscribe(channel, (organization) => {
      for (const listener of this.listeners)
        if (listener.organization === organization) return void this.poll();
    });
    this.timers = [
      setInterval(() => void this.poll(), pollEvery),
      setInterval(() => this.toAll(": heartbeat\n\n"), heartbeatEvery),
    ];
    for (const timer of this.timers) timer.unref();
  }

  /** Tells every process that a tenant's incidents have changed. */
  changed({ id }: Tenant): void {
    if (this.announced.has(id)) return;
    this.announced.add(id);
    const announce = () => {
      this.announced.delete(id);
      void this.valkey.publish(channel, id);
    };
    setTimeout(announce, gather).unref();
  }

  /** Answers with a stream until the client goes. @throws Problem 503 when there are too many */
  open(tenant: Tenant, response: ServerResponse): void {
    if (this.listeners.size >= this.most) throw new Problem("overloaded", "too many streams", 5);
    if (this.listeners.size === 0) this.since = Date.now();
    const end = setTimeout(() => response.end(), longest);
    const listener = { organization: tenant.id, response, end };
    this.listeners.add(listener);
    response.once("close", () => {
      clearTimeout(end);
      this.listeners.delete(listener);
    });
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.write("retry: 2000\n\n");
  }

  get count(): number {
    return this.listeners.size;
  }

  /** Ends all streams; their clients open new ones elsewhere. */
  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const { response } of this.listeners) response.end();
  }

  private async poll(): Promise<void> {
    if (this.listeners.size === 0) return;
    if (this.polling) return void (this.again = true);
    this.polling = true;
    try {
      const organizations = new Set([...this.listeners].map(({ organization }) => organization));
      const started = Date.now();
      const rows = await changedSince(
        this.store,
        [...organizations],
        new Date(this.since - overlap),
      );
      this.since = started;
      for (const { organization, ...incident } of rows) {
        if ((this.sent.get(incident.id)?.version ?? 0) >= incident.version) continue;
        this.sent.set(incident.id, { version: incident.version, at: started });
        const text = `event: incident\nid: ${incident.id}:${incident.version}\ndata: ${JSON.stringify(incident)}\n\n`;
        this.toAll(text, organization);
      }
      for (const [id, { at }] of this.sent) if (at < started - 4 * overlap) this.sent.delete(id);
    } catch {
      // The database is away; /api/state says so, and the next poll looks back to here.
    } finally {
      this.polling = false;
    }
    if (this.again) {
      this.again = false;
      void this.poll();
    }
  }

  private toAll(text: string, organization?: string): void {
    for (const listener of this.listeners) {
      if (organization && listener.organization !== organization) continue;
      // A client that does not read must not fill our memory.
      if (listener.response.writableLength > 2 ** 20) listener.response.destroy();
      else listener.response.write(text);
    }
  }
}
