import { createServer, type Server } from "node:http";
import { Counter, Gauge, Registry } from "prom-client";
import type { State } from "./decide";
import type { Instance } from "./instance";

/**
 * Milliseconds after the last signature at which PgBouncer goes by the names, whatever was decided: the
 * chart's reconnect.sh looks once a second and gives up at the third look that finds one signature.
 */
const leaseFor = 3000;

/** What happens in a takeover, in this order. */
type Step = "held" | "claimed" | "confirmed" | "pointed";

/** What Prometheus may know of us; names begin with `minixdr_topology_`. */
export class Metrics {
  private readonly registry = new Registry();
  private target: string | undefined;
  private signed = -Infinity;
  readonly failures = this.counter("failures_total", "Times that PgBouncer could not be told.");
  readonly reloads = this.counter("reloads_total", "Times that PgBouncer was pointed elsewhere.");
  private readonly switches = this.counter(
    "switches_total",
    "Times that another writer was taken.",
  );
  private readonly held = this.gauge("held", "1 while work waits for a writer.");
  /** Asked when it is read: who does not sign any more cannot set it. */
  private readonly named: Gauge = new Gauge({
    name: "minixdr_topology_by_name",
    help: "1 while the writer's name decides, as without us.",
    registers: [this.registry],
    collect: () => this.named.set(this.target && this.isSigned ? 0 : 1),
  });
  private readonly writer = this.gauge(
    "writer",
    "1 at the instance that takes the writes.",
    "member",
  );
  private readonly timeline = this.gauge("timeline", "Timeline of the writer that was confirmed.");
  private readonly age = this.gauge("answer_age_seconds", "Age of the last answer.", "member");
  private readonly troubles = this.counter(
    "troubles_total",
    "Questions that failed, by what the operating system or the server says.",
    "member",
    "code",
  );

  /** When each step last happened, in milliseconds of this process's own clock. */
  private readonly steps = new Map<Step, number>();

  constructor() {
    const ages = this.gauge(
      "step_age_seconds",
      "Time since the last takeover's steps: work was held, an instance claimed to be the writer, it was confirmed, work went on.",
      "step",
    );
    // Ages, not times of day: whoever reads them has a clock of its own.
    Object.assign(ages, {
      collect: () => {
        for (const [step, at] of this.steps) ages.set({ step }, (performance.now() - at) / 1000);
      },
    });
  }

  decided(before: State, now: State): void {
    const { candidate, writer } = now;
    if (now.held && !before.held) this.steps.set("held", performance.now());
    if (candidate && candidate.endpoint !== before.candidate?.endpoint)
      this.steps.set("claimed", candidate.at);
    if (now.target && writer !== before.writer) this.steps.set("confirmed", performance.now());
    if (before.writer && writer && writer.endpoint !== before.writer.endpoint) this.switches.inc();
    this.held.set(now.held ? 1 : 0);
    this.timeline.set(now.writer?.timeline ?? 0);
  }

  /** PgBouncer has been told, and work goes on. */
  pointed(): void {
    this.steps.set("pointed", performance.now());
  }

  /** The lease was signed: PgBouncer is as was decided. */
  seen(instances: readonly Instance[], { target }: State): void {
    this.target = target;
    this.signed = performance.now();
    this.writer.reset();
    this.age.reset();
    for (const { endpoint: member, report } of instances) {
      this.writer.set({ member }, member === target ? 1 : 0);
      const heard = report.answer?.at ?? report.since;
      this.age.set({ member }, (performance.now() - heard) / 1000);
    }
  }

  trouble(member: string, error: Error): void {
    const { code = "other" } = error as { code?: string };
    this.troubles.inc({ member, code });
  }

  private get isSigned(): boolean {
    return performance.now() - this.signed <= leaseFor;
  }

  /** Serves `/metrics` and `/healthz`. */
  serve(port: number): Server {
    const server = createServer((request, response) => {
      if (request.url === "/healthz") return void response.end("alive\n");
      if (request.url !== "/metrics") return void response.writeHead(404).end();
      void this.registry.metrics().then((text) => {
        response.setHeader("content-type", this.registry.contentType);
        response.end(text);
      });
    });
    return server.listen(port);
  }

  private counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({
      name: `minixdr_topology_${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }

  private gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({
      name: `minixdr_topology_${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }
}
