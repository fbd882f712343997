import { Failure, UsageError } from "../lib/ends";
import type { Range } from "./interval";

/** A series of an answer; null is a value that is none, such as NaN. */
export interface Series {
  labels: Record<string, string>;
  /** Seconds since 1970 and value, in order; infinite ones stay. */
  values: [time: number, value: number | null][];
}

interface Answer<Data> {
  status: "success" | "error";
  error?: string;
  data: Data;
}

interface Result {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

const patience = 30_000; // ms

/** A Prometheus that runs somewhere, asked by its HTTP API. */
export class Prometheus {
  private constructor(
    /** Its address, without a slash at the end and without whoever may ask. */
    readonly url: string,
    readonly version: string,
    /** Between two scrapes; the chart gives the same to Grafana. */
    readonly scrapeSeconds: number,
  ) {}

  /**
   * @throws UsageError for what is no address
   * @throws Failure when no Prometheus answers there
   */
  static async at(address: string): Promise<Prometheus> {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || !/^https?:$/.test(url.protocol))
      throw new UsageError(
        `--prometheus: "${address}" is no address; allowed: such as http://127.0.0.1:9090`,
      );
    const base = `${url.origin}${url.pathname.replace(/\/$/, "")}`;
    const { version } = await ask<{ version: string }>(base, "status/buildinfo");
    const { yaml } = await ask<{ yaml: string }>(base, "status/config");
    const [, interval = "1m"] = /^ {2}scrape_interval: (\S+)$/m.exec(yaml) ?? [];
    return new Prometheus(base, version, secondsOf(interval));
  }

  /** What a query gives over time, a value every `step` seconds. */
  async over(query: string, { from, to }: Range, step: number): Promise<Series[]> {
    const asked = { query, start: String(from), end: String(to), step: String(step) };
    return seriesOf(await ask<{ result: Result[] }>(this.url, "query_range", asked));
  }

  /** What it gives at one moment. */
  async once(query: string, at: number): Promise<Series[]> {
    return seriesOf(
      await ask<{ result: Result[] }>(this.url, "query", { query, time: String(at) }),
    );
  }
}

async function ask<Data>(base: string, path: string, query = {}): Promise<Data> {
  let answer: Answer<Data>;
  try {
    // Long queries do not fit into an address.
    const body = new URLSearchParams(query);
    const method = path.startsWith("query") ? "POST" : "GET";
    const response = await fetch(`${base}/api/v1/${path}`, {
      method,
      signal: AbortSignal.timeout(patience),
      ...(method === "POST" ? { body } : {}),
    });
    answer = (await response.json()) as Answer<Data>;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw new Failure(
      `${base}: no Prometheus answers there (${cause?.code ?? message}); the cluster's own is at hand after ` +
        "kubectl --namespace monitoring port-forward service/kube-prometheus-stack-prometheus 9090",
    );
  }
  if (answer.status !== "success") throw new Failure(`${base}: ${answer.error}: ${path}`);
  return answer.data;
}

function seriesOf({ result }: { result: Result[] }): Series[] {
  return result.map(({ metric, value, values }) => ({
    labels: metric,
    values: (values ?? [value!]).map(([time, text]) => [time, numberOf(text)]),
  }));
}

function numberOf(text: string): number | null {
  if (/^[+-]Inf$/.test(text)) return text === "-Inf" ? -Infinity : Infinity;
  const number = Number(text);
  return Number.isNaN(number) ? null : number;
}

/** Seconds of a duration as Prometheus writes it, such as `1m30s`. */
function secondsOf(duration: string): number {
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
  const parts = [...duration.matchAll(/(\d+)(ms|[smhd])/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit!]!, 0);
}
