import { UsageError } from "../../lib/ends";

const metric = /^minixdr_topology_step_age_seconds\{step="(\w+)"\} (\S+)$/gm;
const patience = 5000; // ms

/** When the steps of a takeover happened, milliseconds of this process's own clock. */
export type Steps = Record<string, number>;

/** The metrics of the sidecar that follows the topology, beside the PgBouncer that the writes go through. */
export class SidecarMetrics {
  private readonly url: string;

  /**
   * Its port is in `TOPOLOGY_METRICS_PORT`, by default the chart's 9128.
   *
   * @param host the pool's: the runbook forwards both ports of one pod
   * @throws UsageError when the port is none
   */
  constructor(host: string) {
    const port = process.env.TOPOLOGY_METRICS_PORT ?? "9128";
    if (!/^[1-9]\d{0,4}$/.test(port))
      throw new UsageError(`TOPOLOGY_METRICS_PORT: ${port} is no port`);
    this.url = `http://${host}:${port}/metrics`;
  }

  /** The steps of its last takeover; undefined where no sidecar answers. */
  async steps(): Promise<Steps | undefined> {
    const asked = performance.now();
    const signal = AbortSignal.timeout(patience);
    const text = await fetch(this.url, { signal })
      .then((response) => (response.ok ? response.text() : undefined))
      .catch(() => undefined); // none is there, or nobody has forwarded its port
    if (text === undefined) return undefined;
    // It tells ages, as its clock is not ours; they are of some moment between question and answer.
    const now = (asked + performance.now()) / 2;
    const ages = [...text.matchAll(metric)].map(([, step, age]) => [
      step,
      now - Number(age) * 1000,
    ]);
    return Object.fromEntries(ages) as Steps;
  }
}
