import pWaitFor from "p-wait-for";
import type { Platform } from "../platform";

/** A series at one moment. */
export interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

/** The planned Prometheus in the cluster, asked in the first of its pods that answers. */
export class Metrics {
  constructor(private readonly platform: Platform) {}

  /** An instant query. @throws Error when none answers, or the query is none */
  async query(query: string): Promise<Sample[]> {
    const { result } = await this.get<{ result: Sample[] }>("query", { query });
    return result;
  }

  /** Names of the alerts that fire, each once; without those that only say that all is well. */
  async firing(): Promise<string[]> {
    const found = await this.query(
      `ALERTS{alertstate="firing",alertname!~"Watchdog|InfoInhibitor"}`,
    );
    return [...new Set(found.map(({ metric }) => metric.alertname!))].sort();
  }

  /** Waits until no target is down and every SLO counts. @throws Error after `within` seconds */
  async untilComplete(within: number): Promise<void> {
    const until = performance.now() + within * 1000;
    await pWaitFor(
      async () => {
        const lacking = await this.lacking().catch((error: Error) => error.message);
        if (!lacking) return true;
        if (performance.now() < until) return false;
        throw new Error(`after ${within} s Prometheus lacks ${lacking}`);
      },
      { interval: 1000 },
    );
  }

  /** Series that the fullest pod of backend or frontend showed at its last scrape. */
  async series(): Promise<number> {
    const [most] = await this.query('max(scrape_samples_scraped{namespace="mini-xdr"})');
    return Number(most!.value[1]);
  }

  /** Waits until backends and frontends have been scraped since a moment. @throws Error after `within` seconds */
  async untilScraped(since: number, within: number): Promise<void> {
    const until = performance.now() + within * 1000;
    await pWaitFor(
      async () => {
        const oldest = await this.query('min(timestamp(up{namespace="mini-xdr"}))');
        if (Number(oldest[0]?.value[1]) * 1000 > since) return true;
        if (performance.now() < until) return false;
        throw new Error(`after ${within} s not every pod has been scraped again`);
      },
      { interval: 1000 },
    );
  }

  private async lacking(): Promise<string | undefined> {
    const down = await this.query("up == 0");
    if (down.length > 0)
      return down.map(({ metric }) => `${metric.job} ${metric.instance}`).join(", ");
    const counted = await this.query("count(slo:watching:one) and on () count(slo:bad:ratio5m)");
    return counted.length > 0 ? undefined : "what the SLOs count";
  }

  private async get<T>(path: string, query: Record<string, string>): Promise<T> {
    const pods = this.platform.workloads.pods.filter(
      (pod) =>
        pod.metadata.labels?.["app.kubernetes.io/name"] === "prometheus" &&
        this.platform.workloads.serves(pod),
    );
    let last: unknown = new Error("no Prometheus serves");
    for (const { status } of pods) {
      const { podIP } = status as unknown as { podIP: string };
      const url = `http://${podIP}:9090/api/v1/${path}?${new URLSearchParams(query).toString()}`;
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
        const body = (await response.json()) as { data?: T; error?: string };
        if (body.data) return body.data;
        last = new Error(`${body.error}: ${query.query}`);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }
}
