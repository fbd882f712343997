import { randomUUID } from "node:crypto";
import { Agent, request, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Clause } from "./clause";
import { event, type Context } from "./context";
import type { Instance } from "./instance";
import { expect } from "./verdict";

/** From SIGTERM to the end, s: what the pod's grace leaves after its preStop sleep. */
const graceSeconds = 35;
/** Clients that keep their connection and send one request after the other. */
const clients = 8;

interface Watched {
  answered: number;
  /** Requests on open connections that were not answered, or with an error. */
  failed: string[];
  /** Answers after SIGTERM, by whether they said Connection: close. */
  closed: number;
  serving: Set<number>;
  end?: string;
  seconds: number;
  proof: string;
}

/** How a process of the image ends: SIGTERM while clients send on. */
export const shutdown: Clause[] = [
  {
    id: "shutdown.no-failure",
    title: "SIGTERM under keep-alive load fails no request that was sent on an open connection",
    check: (context) =>
      judge(context, ({ failed, answered }) =>
        expect(
          failed.length === 0,
          "every request answered",
          `${failed.length} of ${answered + failed.length} failed: ${failed[0]}`,
          "answer what comes on open connections with Connection: close, and close none that is idle at once",
        ),
      ),
  },
  {
    id: "shutdown.connection-close",
    title: "While it drains it answers Connection: close on kept connections",
    check: (context) =>
      judge(context, ({ closed }) =>
        expect(
          closed > 0,
          "Connection: close after SIGTERM",
          "none",
          "set the header on every answer from SIGTERM on",
        ),
      ),
  },
  {
    id: "shutdown.serving",
    title: "While it drains /health/serving answers 503",
    check: (context) =>
      judge(context, ({ serving }) =>
        expect(
          serving.has(503),
          "503 from /health/serving after SIGTERM",
          [...serving].join(", ") || "no answer",
          "let it fail from SIGTERM on",
        ),
      ),
  },
  {
    id: "shutdown.exit",
    title: `It ends with 0 within ${graceSeconds} s of SIGTERM, an open stream or not`,
    check: (context) =>
      judge(context, ({ end, seconds }) =>
        expect(
          end === "0",
          `exit code 0 within ${graceSeconds} s`,
          end === undefined ? "it still ran" : `${end} after ${seconds} s`,
          "end streams, wait for open requests, close idle connections, then exit(0)",
        ),
      ),
  },
];

async function judge(context: Context, look: (watched: Watched) => void): Promise<string> {
  const watched = await context.once("shutdown", () => watch(context));
  look(watched);
  return watched.proof;
}

/** Starts a process of its own, sends load and SIGTERM, and waits for its end. */
async function watch(context: Context): Promise<Watched> {
  const { apiKey, command } = context;
  const instance = await command.start(context.signal);
  const open = new AbortController();
  try {
    const stream = `${instance.url}/api/incidents/stream`;
    const streaming = fetch(stream, { headers: { "x-api-key": apiKey }, signal: open.signal });
    const read = (await streaming).text().catch(() => {});
    const load = new Load(instance, apiKey);
    const probes = await Prober.connect(instance, 20);
    await load.run(1000);
    const before = load.answered;
    load.terminating = true;
    instance.terminate();
    const started = Date.now();
    const serving = await probes.ask();
    const end = await instance.end(graceSeconds);
    const seconds = Math.round((Date.now() - started) / 1000);
    load.stop();
    await load.done;
    open.abort();
    await read;
    const proof = `SIGTERM after ${before} answers, ${load.answered - before} came after it`;
    return { ...load.counts(), serving, end, seconds, proof };
  } finally {
    open.abort();
    await instance.kill();
  }
}

/** Clients that send one request after the other, each on one kept connection. */
class Load {
  answered = 0;
  terminating = false;
  done: Promise<unknown> = Promise.resolve();
  private readonly failed: string[] = [];
  private closed = 0;
  private stopped = false;

  constructor(
    private readonly instance: Instance,
    private readonly apiKey: string,
  ) {}

  /** Starts, and resolves after so many milliseconds of it. */
  async run(milliseconds: number): Promise<void> {
    this.done = Promise.all(Array.from({ length: clients }, (_, n) => this.client(n)));
    await wait(milliseconds);
  }

  stop(): void {
    this.stopped = true;
  }

  counts() {
    const { answered, failed, closed } = this;
    return { answered, failed, closed };
  }

  private async client(n: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      while (!this.stopped) {
        const writing = n % 2 === 0;
        try {
          const answer = await ask(agent, this.instance, {
            method: writing ? "POST" : "GET",
            path: writing ? "/api/events" : "/api/incidents",
            apiKey: this.apiKey,
            body: writing ? JSON.stringify(event()) : undefined,
          });
          const { statusCode = 0 } = answer;
          if (statusCode >= 500)
            this.failed.push(`${writing ? "POST" : "GET"} answered ${statusCode}`);
          else this.answered++;
          const closes = answer.headers.connection?.toLowerCase() === "close";
          if (this.terminating && closes) this.closed++;
          // Whoever is told to close goes elsewhere.
          if (closes) return;
          await wait(5);
        } catch (error) {
          // A new connection to a process that drains is the load balancer's to prevent.
          if (this.terminating && (error as NodeJS.ErrnoException).code === "ECONNREFUSED") return;
          this.failed.push((error as Error).message);
          return;
        }
      }
    } finally {
      agent.destroy();
    }
  }
}

/** Asks for /health/serving on connections that were open before. */
class Prober {
  private constructor(
    private readonly instance: Instance,
    private readonly agents: Agent[],
  ) {}

  static async connect(instance: Instance, count: number): Promise<Prober> {
    const agents = Array.from(
      { length: count },
      () => new Agent({ keepAlive: true, maxSockets: 1 }),
    );
    await Promise.all(agents.map((agent) => ask(agent, instance, { path: "/health/serving" })));
    return new Prober(instance, agents);
  }

  /** All statuses that were answered, until one is 503 or there is nobody to ask. */
  async ask(): Promise<Set<number>> {
    const statuses = new Set<number>();
    for (const agent of this.agents) {
      const answer = await ask(agent, this.instance, { path: "/health/serving" }).catch(() => {});
      if (answer?.statusCode) statuses.add(answer.statusCode);
      if (statuses.has(503)) break;
      await wait(25);
    }
    for (const agent of this.agents) agent.destroy();
    return statuses;
  }
}

/** One request, its answer read to the end. */
function ask(
  agent: Agent,
  { url }: Instance,
  what: { method?: string; path: string; apiKey?: string; body?: string },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { "idempotency-key": randomUUID() };
    if (what.apiKey) headers["x-api-key"] = what.apiKey;
    if (what.body) headers["content-type"] = "application/json";
    const options = { agent, method: what.method, headers, timeout: 15_000 };
    const sent = request(url + what.path, options, (answer) => {
      answer.on("error", reject).on("end", () => resolve(answer));
      answer.resume();
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer within 15 s")));
    sent.on("error", reject).end(what.body);
  });
}
