import { randomUUID } from "node:crypto";
import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { ManagedServices } from "../services/managed-services";
import { newTenant, storedKeys, type Tenant } from "../services/tenant";
import type { Pod, Workloads } from "./workloads";

/** Milliseconds after which a client gives a request up. */
const patience = 3000;
/** Milliseconds between two writes. */
const interval = 50;

/** What became of a write, as far as its client can know. */
type Outcome = "acknowledged" | "refused" | "unknown";

/** What a stream of writes has come to. */
export interface Written {
  acknowledged: number;
  /** Writes that the database contradicts: acknowledged and not there once, refused and there. */
  contradicted: number;
  /** Longest time without an acknowledged write, in seconds. */
  gap: number;
}

/** Writes events by way of the backend's pods, as the load balancer would send them. */
export class Writer {
  private tenant?: Tenant;

  /** @param address of the planned public subnets: pods let nobody else in */
  constructor(
    private readonly services: ManagedServices,
    private readonly address: string,
  ) {}

  /** Starts a stream of writes, one after the other; `workloads` are those of the time being. */
  async start(workloads: () => Workloads): Promise<Stream> {
    this.tenant ??= await newTenant(this.services, "rehearsal");
    const { services, tenant, address } = this;
    return new Stream(
      (key) => write(workloads(), key, tenant, address),
      () => storedKeys(services, tenant),
    );
  }
}

/** Writes that go on until they are stopped. */
export class Stream {
  private readonly outcomes = new Map<string, Outcome>();
  private readonly acknowledged: number[] = [];
  private readonly ending = new AbortController();
  private readonly running: Promise<void>;

  constructor(
    private readonly write: (key: string) => Promise<Outcome>,
    private readonly stored: () => ReturnType<typeof storedKeys>,
  ) {
    this.running = this.run();
  }

  /** Resolves when so many more writes have been acknowledged. @throws Error after `within` seconds */
  async more(count: number, within: number): Promise<void> {
    const goal = this.acknowledged.length + count;
    const end = performance.now() + within * 1000;
    while (this.acknowledged.length < goal) {
      if (performance.now() > end)
        throw new Error(`after ${within} s ${goal - this.acknowledged.length} writes are missing`);
      await pause(interval);
    }
  }

  /** Ends it, and asks the database for each of its writes. */
  async stop(): Promise<Written> {
    this.ending.abort();
    await this.running;
    const rows = new Map((await this.stored()).map(({ key, rows }) => [key, rows]));
    const wrong = [...this.outcomes].filter(([key, outcome]) => {
      const found = rows.get(key) ?? 0;
      if (outcome === "acknowledged") return found !== 1;
      return outcome === "refused" ? found !== 0 : found > 1;
    });
    const gaps = this.acknowledged.slice(1).map((at, index) => at - this.acknowledged[index]!);
    return {
      acknowledged: this.acknowledged.length,
      contradicted: wrong.length,
      gap: Math.max(0, ...gaps) / 1000,
    };
  }

  private async run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const key = randomUUID();
      const outcome = await this.write(key);
      this.outcomes.set(key, outcome);
      if (outcome === "acknowledged") this.acknowledged.push(performance.now());
      await pause(interval);
    }
  }
}

async function write(
  workloads: Workloads,
  key: string,
  { apiKey }: Tenant,
  localAddress: string,
): Promise<Outcome> {
  const pod = servingBackend(workloads);
  // Nobody was asked.
  if (!pod) return "refused";
  const request = http.request({
    host: (pod.status as { podIP: string }).podIP,
    port: 8000,
    localAddress,
    method: "POST",
    path: "/api/events",
    headers: { "x-api-key": apiKey, "idempotency-key": key, "content-type": "application/json" },
    signal: AbortSignal.timeout(patience),
  });
  try {
    request.end(event(key));
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    const { statusCode = 0 } = response;
    if (statusCode < 300) return "acknowledged";
    return statusCode < 500 ? "refused" : "unknown";
  } catch {
    return "unknown";
  }
}

function servingBackend(workloads: Workloads): Pod | undefined {
  const backend = workloads.all.find(({ id }) => id === "mini-xdr/mini-xdr-backend");
  return backend?.pods.find((pod) => workloads.serves(pod));
}

function event(uid: string): string {
  return JSON.stringify({
    time: Date.now(),
    class_uid: 3002,
    activity_id: 1,
    severity_id: 4,
    message: "Brute force: 40 failed logins",
    metadata: { product: { name: "Okta" }, uid },
    actor: { user: { name: `user-${uid}` } },
  });
}
