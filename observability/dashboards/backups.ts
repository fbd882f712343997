import type { Board } from "./dashboard";
import { lines, stat, table } from "./panels";
import { firing } from "./queries";

/** Of several exporters, while one replaces another, the one that knows of the newest. */
const figure = (name: string) => `max(minixdr_backup_${name})`;
const job = (name: string) => `max by (job_name) (minixdr_backup_job_${name})`;

/** Whether what is lost can be had again. What is too old is the stack's own objective: its alerts say so. */
export const backups: Board = {
  name: "backups",
  title: "Backups and recovery",
  description:
    "Open it at a backup's alert, and before a restore: what is there, and how good is it?",
  from: "now-7d",
  rows: [
    {
      title: "Now",
      panels: [
        stat({
          title: "Newest backup",
          description: "Age of the newest complete backup: what would be lost.",
          queries: [{ expr: "min(minixdr_backup_newest_age_seconds)", legend: "age" }],
          unit: "s",
        }),
        stat({
          title: "Newest verified",
          description: "Age of the newest backup that has been restored and compared.",
          queries: [{ expr: "min(minixdr_backup_verified_age_seconds)", legend: "age" }],
          unit: "s",
        }),
        stat({
          title: "Backups kept",
          description: "Complete backups that nothing has shown to be bad.",
          queries: [{ expr: figure("count"), legend: "backups" }],
        }),
        stat({
          title: "Measured RPO",
          description: "Data lost in the last drill.",
          queries: [{ expr: figure("measured_rpo_seconds"), legend: "lost" }],
          unit: "s",
        }),
        stat({
          title: "Measured RTO",
          description: "How long the restore of the last drill took.",
          queries: [{ expr: figure("measured_rto_seconds"), legend: "took" }],
          unit: "s",
        }),
        table(
          {
            title: "Alerts of backups that fire",
            description: "They know the stack's own objectives, which these panels do not.",
            queries: [
              {
                expr: `count by (alertname, severity) (${firing(',alertname=~"Backup.+"')})`,
              },
            ],
            none: "none",
            width: 4,
          },
          ["alertname", "severity"],
        ).height(4),
      ],
    },
    {
      title: "Jobs",
      panels: [
        table(
          {
            title: "Jobs whose last run failed",
            description: "Jobs that failed last, as their outcome in the vault says.",
            queries: [{ expr: `${job("failed")} == 1` }],
            none: "none",
          },
          ["job_name"],
        ),
        lines({
          title: "Since each job's last run",
          description: "A line that only rises is a job that no longer runs.",
          queries: [{ expr: job("last_run_age_seconds"), legend: "{{job_name}}" }],
          unit: "s",
        }),
        lines({
          title: "Duration of each job",
          description: "How long its last run took.",
          queries: [{ expr: job("duration_seconds"), legend: "{{job_name}}" }],
          unit: "s",
        }),
      ],
    },
    {
      title: "Backups",
      panels: [
        lines({
          title: "Age",
          description: "A saw: each backup and each verification takes it down.",
          queries: [
            { expr: "min(minixdr_backup_newest_age_seconds)", legend: "newest" },
            { expr: "min(minixdr_backup_verified_age_seconds)", legend: "newest verified" },
          ],
          unit: "s",
          width: 6,
        }),
        lines({
          title: "Size of the newest",
          description: "A fall that nobody deleted for is data that is missing.",
          queries: [{ expr: figure("newest_bytes"), legend: "dump" }],
          unit: "bytes",
          width: 6,
        }),
        lines({
          title: "Size over the one before",
          description: "BackupShrank's figure: below a half something is missing.",
          queries: [{ expr: "min(minixdr_backup_size_ratio)", legend: "ratio" }],
          unit: "percentunit",
          width: 6,
        }),
        lines({
          title: "Duration of the newest dump",
          description: "What grows with the data and with the load on the database.",
          queries: [{ expr: figure("newest_duration_seconds"), legend: "dump" }],
          unit: "s",
          width: 6,
        }),
      ],
    },
  ],
};
