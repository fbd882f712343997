import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { now } from "../clock";
import { outcomeOf, settled } from "../ledger";
import type { LoadConfig, RequestKind } from "./config";
import { reportOf, type Arrival, type LoadReport } from "./report";
import { KeptAgent, send, type Try } from "./send";

/** How far a run is. */
export interface Progress {
  /** Arrivals so far, sent or not. */
  arrived: number;
  /** Those whose end is known. */
  done: number;
  failed: number;
  /** Why the generator has given up. */
  aborted?: string;
}

/** Milliseconds after which an arrival that could not be sent is not sent any more. */
const unsentAfter = 1000;

/** Requests that may be open at once; one more is not sent. */
const mostOpen = 5000;

/** Requests over which the share of failures is looked at, for giving up. */
const lookback = 200;

/**
 * An open-loop generator: an arrival comes at its time whether or not earlier ones have been
 * answered, and latency counts from that time. What could not be sent has failed.
 */
export class Generator {
  private readonly arrivals: Arrival[] = [];
  private readonly open = new Set<Promise<void>>();
  private readonly agent: KeptAgent | undefined;
  private readonly started = now();
  private readonly cpu = process.cpuUsage();
  private timer!: NodeJS.Timeout;
  /** How much each kind is behind its share; the one that is most comes next. */
  private readonly credit: number[];
  private readonly weights: number;
  private arrived = 0;
  private failed = 0;
  private recent: boolean[] = [];
  private aborted?: string;
  private ended?: number;

  constructor(private readonly config: LoadConfig) {
    this.agent = config.connections === "keep-alive" ? new KeptAgent() : undefined;
    this.credit = config.kinds.map(() => 0);
    this.weights = config.kinds.reduce((sum, { weight }) => sum + weight, 0);
    this.sendDue();
  }

  progress(): Progress {
    const { arrived, failed, aborted } = this;
    return { arrived, done: this.arrivals.length, failed, aborted };
  }

  /** Sends nothing more, waits for what is open, and sums up. */
  async stop(): Promise<LoadReport> {
    this.end();
    await Promise.all(this.open);
    this.agent?.destroy();
    const { user, system } = process.cpuUsage(this.cpu);
    return reportOf(this.arrivals, {
      started: this.started,
      seconds: (this.ended! - this.started) / 1000,
      aborted: this.aborted,
      cpuSeconds: (user + system) / 1e6,
    });
  }

  private end(): void {
    clearTimeout(this.timer);
    this.ended ??= now();
  }

  private sendDue(): void {
    const { rate } = this.config;
    const due = ((now() - this.started) * rate) / 1000;
    for (; this.arrived < due && this.aborted === undefined; this.arrived++) {
      const request = this.arrive(this.started + (this.arrived * 1000) / rate).finally(() =>
        this.open.delete(request),
      );
      this.open.add(request);
    }
    if (this.ended !== undefined) return;
    const next = this.started + (this.arrived * 1000) / rate;
    this.timer = setTimeout(() => this.sendDue(), Math.max(1, next - now()));
  }

  private async arrive(intended: number): Promise<void> {
    const kind = this.nextKind();
    const sent = now();
    const isSent = sent - intended <= unsentAfter && this.open.size < mostOpen;
    const key = randomUUID();
    const tries = isSent ? await this.tries(kind, key) : [];
    const last = tries.at(-1);
    const answer = last && "answer" in last ? last.answer : undefined;
    const ok = answer !== undefined && answer.status >= 200 && answer.status < 400;
    this.note({
      kind: kind.name,
      intended,
      sent: isSent ? sent : undefined,
      ended: now(),
      outcome: outcomeText(last),
      ok,
      tries: tries.length,
      // What was not sent was not written, and is no entry.
      write:
        kind.writes && isSent
          ? { ...kind.writes, key, outcome: settled(tries.map((one) => outcomeOf(answerOf(one)))) }
          : undefined,
    });
  }

  private async tries(kind: RequestKind, key: string): Promise<Try[]> {
    const fill = (text: string) =>
      text.replaceAll("{key}", key).replaceAll("{now}", String(Date.now()));
    const { method, path, headers = {}, body, timeout, retryAfter } = kind;
    const filled = Object.entries(headers).map(([name, value]) => [name, fill(value)]);
    const text = body === undefined ? undefined : fill(body);
    const options = {
      method,
      headers: {
        ...(text !== undefined && { "Content-Length": Buffer.byteLength(text) }),
        ...Object.fromEntries(filled),
      },
      localAddress: this.config.localAddress,
    };
    const url = this.config.url + fill(path);
    const first = await send(url, options, text, timeout, this.agent);
    if (retryAfter === undefined || !isRetried(first)) return [first];
    await pause(retryAfter);
    return [first, await send(url, options, text, timeout, undefined)];
  }

  /** Kinds take turns by weight, evenly and the same in every run. */
  private nextKind(): RequestKind {
    const { kinds } = this.config;
    kinds.forEach(({ weight }, i) => (this.credit[i]! += weight));
    const next = this.credit.indexOf(Math.max(...this.credit));
    this.credit[next]! -= this.weights;
    return kinds[next]!;
  }

  private note(arrival: Arrival): void {
    this.arrivals.push(arrival);
    if (!arrival.ok) this.failed++;
    const { abortShare } = this.config;
    if (abortShare === undefined) return;
    this.recent.push(arrival.ok);
    if (this.recent.length < lookback) return;
    this.recent = this.recent.slice(-lookback);
    const failed = this.recent.filter((ok) => !ok).length;
    if (failed / lookback <= abortShare || this.aborted !== undefined) return;
    this.aborted = `${failed} of the latest ${lookback} requests have failed`;
    this.end();
  }
}

function answerOf(one: Try) {
  return "answer" in one ? one.answer : undefined;
}

function isRetried(one: Try): boolean {
  const answer = answerOf(one);
  return answer === undefined || [502, 503, 504].includes(answer.status);
}

/** How a try is told in a report: a status, with the problem's name, or how it failed. */
function outcomeText(last: Try | undefined): string {
  if (!last) return "unsent";
  if ("failure" in last) return last.failure;
  return [last.answer.status, last.reason].filter(Boolean).join(" ");
}
