import {
  CloudWatchClient,
  PutMetricDataCommand,
  type MetricDatum,
} from "@aws-sdk/client-cloudwatch";
import { Gauge, Registry } from "prom-client";
import { latestDrill, type DrillReport } from "./drill";
import type { Evidence } from "./evidence";
import { evidenceFigures } from "./evidence-figures";
import type { Figure } from "./figure";
import { taggedOfPromised } from "./tagged";
import type { Vault } from "./vault";

/** Jobs whose outcome is kept. */
export const jobs = ["dump", "state", "verify", "prune", "drill"] as const;
export type Job = (typeof jobs)[number];

/** How a job's last run ended; kept in the vault, so that it outlives pod and cluster. */
export interface Outcome {
  at: string;
  holds: boolean;
  seconds: number;
  /** One line; empty when it holds. */
  error: string;
}

const outcomeKey = (job: Job) => `state/runs/${job}.json`;

/** Keeps how a job ended. */
export async function keepOutcome(vault: Vault, job: Job, outcome: Outcome): Promise<void> {
  await vault.put(outcomeKey(job), `${JSON.stringify(outcome)}\n`, { replace: true });
}

/**
 * All figures, read from the vault alone: what is not in there has not happened. Each look costs
 * three lists, and two requests for the tags of each promised backup, some 40 in all.
 */
export async function figures(
  vault: Vault,
  evidence: Evidence,
  now = Date.now(),
): Promise<Figure[]> {
  const inventory = await evidence.read();
  const tagged = await taggedOfPromised(vault, inventory.backups);
  const stored = new Set((await vault.objects("state/")).map(({ key }) => key));
  return [
    ...evidenceFigures(inventory, tagged, now),
    ...(await jobFigures(vault, stored, now)),
    ...(stored.has(latestDrill) ? await drillFigures(vault) : []),
  ];
}

async function jobFigures(vault: Vault, stored: Set<string>, now: number): Promise<Figure[]> {
  const found: Figure[] = [];
  for (const job of jobs.filter((job) => stored.has(outcomeKey(job)))) {
    const outcome = parsed<Outcome>(await vault.text(outcomeKey(job)));
    const figure = (name: string, help: string, value: number) =>
      found.push({ name: `minixdr_backup_job_${name}`, help, labels: { job_name: job }, value });
    figure("failed", "1 when the job's last run failed.", outcome.holds === true ? 0 : 1);
    figure(
      "last_run_age_seconds",
      "Time since the job's last run ended.",
      (now - Date.parse(String(outcome.at))) / 1000,
    );
    figure("duration_seconds", "Time that the job's last run took.", Number(outcome.seconds));
  }
  return found;
}

async function drillFigures(vault: Vault): Promise<Figure[]> {
  const { claims } = parsed<DrillReport>(await vault.text(latestDrill));
  const figure = (name: string, help: string, id: string, cloudWatch: string): Figure => ({
    name: `minixdr_backup_measured_${name}_seconds`,
    help,
    value: Number(Array.isArray(claims) ? claims.find((claim) => claim?.id === id)?.value : NaN),
    cloudWatch,
  });
  return [
    figure("rpo", "Data lost in the last drill.", "drill.rpo", "MeasuredRpoSeconds"),
    figure("rto", "Time of the last drill's restore.", "drill.rto", "MeasuredRtoSeconds"),
  ];
}

/** Outcomes are not signed: what is no JSON costs its own figures alone. */
function parsed<T extends object>(text: string): Partial<T> {
  try {
    return Object(JSON.parse(text)) as Partial<T>;
  } catch {
    return {};
  }
}

/** The figures as Prometheus reads them. */
export function registryOf(figures: Figure[]): Registry {
  const registry = new Registry();
  const gauges = new Map<string, Gauge>();
  for (const { name, help, labels = {}, value } of figures) {
    const gauge =
      gauges.get(name) ??
      new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] });
    gauges.set(name, gauge);
    gauge.set(labels, value);
  }
  return registry;
}

/** CloudWatch's namespace MiniXdr/Backups, which the alarms outside the cluster read. */
export class CloudWatch {
  private readonly client = new CloudWatchClient({ maxAttempts: 5 });

  constructor(private readonly stack: string) {}

  async send(figures: Figure[]): Promise<void> {
    await this.put(
      figures
        .filter(({ cloudWatch, value }) => cloudWatch && Number.isFinite(value))
        .map(({ cloudWatch, value }) => ({
          MetricName: cloudWatch,
          Value: value,
          Dimensions: this.of(),
        })),
    );
  }

  async jobEnded(job: Job, { holds, seconds }: Outcome): Promise<void> {
    const Dimensions = [...this.of(), { Name: "Job", Value: job }];
    await this.put([
      { MetricName: "JobFailed", Value: holds ? 0 : 1, Dimensions },
      { MetricName: "JobSeconds", Value: seconds, Unit: "Seconds", Dimensions },
    ]);
  }

  private of() {
    return [{ Name: "Stack", Value: this.stack }];
  }

  private async put(MetricData: MetricDatum[]): Promise<void> {
    if (MetricData.length === 0) return;
    await this.client.send(new PutMetricDataCommand({ Namespace: "MiniXdr/Backups", MetricData }));
  }
}
