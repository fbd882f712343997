import { claim, type Claim } from "../../lib/claim";
import { exporters, type Exporter } from "../../observability/metrics";
import type { Say } from "../../rehearsal/drill";
import type { AlertBed } from "./bed";
import type { Metrics } from "./metrics";

/** Exporters that are not here, and why. */
const absent: Record<string, string> = {
  "yet-another-cloudwatch-exporter": "CloudWatch is not here",
};

/** Metrics that are there only sometimes, and when. */
const sometimes: Record<string, string> = {
  kube_node_deletion_timestamp: "while a node is being deleted",
  kube_pod_status_unschedulable: "while a pod finds no node",
  requests_shed_total: "where a request was refused to stay quick",
  minixdr_backup_verified_age_seconds: "where a backup was verified",
  minixdr_backup_measured_rpo_seconds: "where a recovery was drilled",
  minixdr_backup_measured_rto_seconds: "where a recovery was drilled",
};

/** Labels that are there only sometimes, and when; `job_name` of an example is another's. */
const optional: Record<string, string> = {
  exported_endpoint: "where a monitor does not honour a metric's own labels",
  dry_run: "on a request that only tries",
  reason: "of a Job that has failed",
  job_name: "of one run",
};

/** Random paths that backend and frontend are asked for. */
const paths = 10_000;
/** Of them at once. */
const atOnce = 20;
/**
 * Series that one pod may show, whatever is asked of it. A backend under load had 233 and a frontend 129;
 * the routes and statuses that the load does not meet are fewer than those. Raw paths would be thousands.
 */
const mostSeries = 600;
/** Seconds in which every target is scraped again. */
const scraped = 40;

/** That rules and dashboards ask the real scrapes for what they have, and that users cannot add to it. */
export async function contract(bed: AlertBed, say: Say): Promise<Claim[]> {
  say("holding the scrapes to the contract");
  const here = exporters.filter(
    ({ name }) => !Object.keys(absent).some((one) => name.startsWith(one)),
  );
  const problems = (
    await Promise.all(here.map((exporter) => problemsOf(bed.metrics, exporter)))
  ).flat();
  const names = here.flatMap(({ metrics }) => Object.keys(metrics));
  say(`asking for ${paths} random paths`);
  const before = await bed.metrics.series();
  const statuses = await randomPaths(bed);
  await bed.metrics.untilScraped(Date.now(), scraped);
  const after = await bed.metrics.series();
  const grown = after - before;
  return [
    claim({
      id: "contract.kept",
      claim: `The real Prometheus has each of ${names.length} metrics with its labels and values${problems.map((problem) => `; ${problem}`).join("")}; left out: ${Object.values(absent).join(", ")}`,
      value: problems.length,
      unit: "metrics, labels or values missing",
      limit: 0,
    }),
    claim({
      id: "contract.series",
      claim: `After ${paths} random paths (${statuses}) no pod of ours shows more series than its routes have; ${grown} more than before`,
      value: after,
      unit: "series of the fullest pod",
      limit: mostSeries,
    }),
  ];
}

/** What a Prometheus lacks of an exporter's metrics, labels and values. */
export async function problemsOf(
  prometheus: Pick<Metrics, "query">,
  exporter: Exporter,
): Promise<string[]> {
  const { target, metrics } = exporter;
  const found = Object.entries(metrics).map(async ([name, { type, labels, values }]) => {
    const series = await prometheus.query(type === "histogram" ? `${name}_bucket` : name);
    if (series.length === 0) return name in sometimes ? [] : [`${name} is nowhere`];
    const has = (label: string) => series.flatMap(({ metric }) => metric[label] ?? []);
    const wanted = { ...target.values, ...values };
    return [
      ...[...target.labels, ...labels]
        .filter((label) => !(label in optional) && has(label).length === 0)
        .map((label) => `${name} has no ${label}`),
      ...Object.entries(wanted)
        .filter(
          ([label, some]) =>
            !(label in optional) && !has(label).some((value) => some.includes(value)),
        )
        .map(([label, some]) => `${name} has no ${label} of ${some.join(", ")}`),
    ];
  });
  return (await Promise.all(found)).flat();
}

/** Statuses of the answers, each with its number. */
async function randomPaths({ edge, tenant }: AlertBed): Promise<string> {
  const counts = new Map<number, number>();
  let left = paths;
  const ask = async () => {
    while (left-- > 0) {
      const path = `/${left % 2 ? "api/" : ""}${Math.random().toString(36).slice(2)}/${left}`;
      const headers = { "x-api-key": tenant.apiKey };
      const { status, body } = await fetch(new URL(path, edge.balancer.url), { headers });
      await body?.cancel();
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(", ");
}
