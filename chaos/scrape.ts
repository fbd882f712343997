import type { Pod } from "../rehearsal/workloads/workloads";
import { deletePod } from "./pods";
import type { Platform } from "./platform";

/** Seconds in which the figures have to be there. */
const within = 40;

/** Asks again until it is answered: whom it asks may be starting. */
const ask = `
  const until = Date.now() + ${(within - 10) * 1000};
  const get = async () => {
    const answer = await fetch(process.argv[1]).catch((error) => ({ statusText: String(error.cause ?? error) }));
    if (answer.ok) return answer.text();
    if (Date.now() > until) throw new Error(answer.statusText);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return get();
  };
  get().then((text) => process.stdout.write(text));`;

let scrapes = 0;

/**
 * What a pod shows to Prometheus, by `name{labels}`: read from a pod of the namespace `monitoring`,
 * as network policies let in nobody else. It stands for Prometheus.
 *
 * @throws Error when nobody answers.
 */
export async function scrape(platform: Platform, pod: Pod, port: number) {
  const { workloads, plane } = platform;
  const { podIP } = pod.status as unknown as { podIP: string };
  const pods = "/api/v1/namespaces/monitoring/pods";
  const name = `rehearsal-scrape-${++scrapes}`;
  const { image } = pod.spec.containers[0]!;
  const command = ["node", "-e", ask, `http://${podIP}:${port}/metrics`];
  const created = await plane.api.create<Pod>(pods, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { restartPolicy: "Never", containers: [{ name: "scrape", image, command }] },
  });
  const phase = () =>
    workloads.pods.find(({ metadata }) => metadata.uid === created.metadata.uid)?.status.phase;
  const over = () => ["Succeeded", "Failed"].includes(phase() ?? "");
  await workloads.until(() => (over() ? undefined : `${name} is ${phase()}`), within);
  const log = await plane.api.get<string>(`${pods}/${name}/log`);
  if (phase() === "Failed") throw new Error(`${podIP}:${port} shows nothing: ${log}`);
  await deletePod(platform, created);
  return figuresIn(log);
}

/** Samples of Prometheus's text format, by `name{labels}`. */
export function figuresIn(text: string): Map<string, number> {
  const samples = text.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm);
  return new Map([...samples].map(([, series, value]) => [series!, Number(value)]));
}
