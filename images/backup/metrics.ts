import {
  CloudWatchClient,
  PutMetricDataCommand,
  type MetricDatum,
} from "@aws-sdk/client-cloudwatch";
import { Gauge, Registry } from "prom-client";
import { latestDrill, type DrillReport } from "./drill";
import { byTime, isGood } from "./retention";
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

/** One figure, as Prometheus and CloudWatch know it. */
export interface Figure {
  /** Prometheus name. */
  name: string;
  help: string;
  labels?: Record<string, string>;
  value: number;
  /** CloudWatch name; absent: not sent there. */
  cloudWatch?: string;
}

const outcomeKey = (job: Job) => `state/runs/${job}.json`;

/** Keeps how a job ended. */
export async function keepOutcome(vault: Vault, job: Job, outcome: Outcome): Promise<void> {
  await vault.put(outcomeKey(job), `${JSON.stringify(outcome)}\n`);
}

/** All figures, read from the vault alone: what is not in there has not happened. */
export async function figures(vault: Vault, now = Date.now()): Promise<Figure[]> {
  const backups = (await vault.backups()).filter(isGood).sort(byTime);
  const newest = backups.at(-1)?.manifest;
  const before = backups.at(-2)?.manifest;
  const verified = backups.findLast(({ verification }) => verification?.holds)?.manifest;
  const age = (iso: string) => (now - Date.parse(iso)) / 1000;
  const found: Figure[] = [];
  const add = (name: string, help: string, value: number, cloudWatch?: string) =>
    found.push({ name: `minixdr_backup_${name}`, help, value, cloudWatch });
  add("count", "Complete backups that nothing has shown to be bad.", backups.length);
  if (newest) {
    add(
      "newest_age_seconds",
      "Age of the newest backup's snapshot.",
      age(newest.snapshotAt),
      "NewestBackupAgeSeconds",
    );
    add("newest_bytes", "Size of the newest dump.", newest.dump.bytes, "NewestBackupBytes");
    add(
      "newest_duration_seconds",
      "Time that the newest dump took.",
      newest.seconds,
      "NewestBackupSeconds",
    );
  }
  if (newest && before)
    add(
      "size_ratio",
      "Size of the newest dump over the one before.",
      newest.dump.bytes / before.dump.bytes,
    );
  if (verified)
    add(
      "verified_age_seconds",
      "Age of the newest verified backup's snapshot.",
      age(verified.snapshotAt),
      "VerifiedBackupAgeSeconds",
    );
  const stored = new Set((await vault.objects("state/")).map(({ key }) => key));
  for (const job of jobs.filter((job) => stored.has(outcomeKey(job)))) {
    const outcome = JSON.parse(await vault.text(outcomeKey(job))) as Outcome;
    const figure = (name: string, help: string, value: number) =>
      found.push({ name: `minixdr_backup_job_${name}`, help, labels: { job_name: job }, value });
    figure("failed", "1 when the job's last run failed.", outcome.holds ? 0 : 1);
    figure("last_run_age_seconds", "Time since the job's last run ended.", age(outcome.at));
    figure("duration_seconds", "Time that the job's last run took.", outcome.seconds);
  }
  if (stored.has(latestDrill)) {
    const { claims } = JSON.parse(await vault.text(latestDrill)) as DrillReport;
    const value = (id: string) => claims.find((claim) => claim.id === id)?.value;
    add(
      "measured_rpo_seconds",
      "Data lost in the last drill.",
      value("drill.rpo") ?? NaN,
      "MeasuredRpoSeconds",
    );
    add(
      "measured_rto_seconds",
      "Time of the last drill's restore.",
      value("drill.rto") ?? NaN,
      "MeasuredRtoSeconds",
    );
  }
  return found;
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
