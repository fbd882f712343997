import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump, loadAll } from "js-yaml";
import { run } from "../../../lib/processes";
import { tool } from "../../../tools";
import { needTools } from "../../support/need-tools";
import { root } from "../../support/planned";
import { newFolder } from "../../images/backup/support/folder";

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
}

interface RuleObject {
  kind: string;
  spec: { groups: { rules: Rule[] }[] };
}

/** The rules of a stack, as its release deploys them. */
function rulesOf(stack: string): Rule[] {
  const file = join(root, `charts/rendered/${stack}/database-backup.yaml`);
  const objects = loadAll(readFileSync(file, "utf8")) as RuleObject[];
  return objects
    .filter(({ kind }) => kind === "PrometheusRule")
    .flatMap(({ spec }) => spec.groups.flatMap(({ rules }) => rules));
}

const day = 24 * 60;
const exporters = ["a", "b", "c"];
/** A series of every exporter, as Prometheus scrapes it. */
const scraped = (metric: string, labels = "") =>
  exporters.map((pod) => `${metric}{pod="${pod}"${labels}}`);

/**
 * A fault and its end: values in promtool's notation, one per minute. `fires` and `quiet` are
 * minutes at which the alert must and must not be there.
 */
interface Fault {
  title: string;
  alert: string;
  stack?: string;
  series: string[];
  values: string;
  labels?: Record<string, string>;
  fires: number[];
  quiet: number[];
}

const faults: Fault[] = [
  {
    title: "the dumps of prod stop for an hour and a half",
    alert: "BackupTooOld",
    series: scraped("minixdr_backup_newest_age_seconds"),
    // It ages until the next dump; just below the limit it is quiet.
    values: "0+60x59 3660x20 60+60x30",
    fires: [66, 75],
    quiet: [59, 62, 84, 110],
  },
  {
    title: "a dump of staging is more than two hours late",
    alert: "BackupTooOld",
    stack: "staging",
    series: scraped("minixdr_backup_newest_age_seconds"),
    values: "93540x30 93660x20 60x30",
    fires: [40, 49],
    quiet: [29, 32, 53],
  },
  {
    title: "no verification for more than nine days",
    alert: "BackupUnverified",
    series: scraped("minixdr_backup_verified_age_seconds"),
    values: "777500x30 777660x40 3600x30",
    fires: [50, 69],
    quiet: [29, 40, 73],
  },
  {
    title: "backups of which none was ever verified, for nine days",
    alert: "BackupUnverified",
    series: scraped("minixdr_backup_newest_age_seconds"),
    values: `600x${12 * day}`,
    fires: [9 * day + 90, 11 * day],
    quiet: [day, 8 * day],
  },
  {
    title: "the last dump failed",
    alert: "BackupJobFailed",
    series: scraped("minixdr_backup_job_failed", ',job_name="dump"'),
    values: "0x10 1x20 0x10",
    labels: { job_name: "dump" },
    fires: [14, 29],
    quiet: [9, 33],
  },
  {
    title: "a job's pod was killed before it could report",
    alert: "BackupJobNeverReported",
    series: ['kube_job_status_failed{namespace="database",job_name="database-backup-dump-29"}'],
    values: "0x10 1x20 _x10",
    labels: { job_name: "database-backup-dump-29" },
    fires: [14, 29],
    quiet: [9, 40],
  },
  {
    title: "a dump is less than half as large as the one before, and the next is like it",
    alert: "BackupShrank",
    series: scraped("minixdr_backup_size_ratio"),
    values: `1x30 0.49x29 1x${2 * day}`,
    fires: [33, 59, 12 * 60, 59 + day],
    quiet: [29, 63 + day],
  },
  {
    title: "a dump is half as large as the one before",
    alert: "BackupShrank",
    series: scraped("minixdr_backup_size_ratio"),
    values: "1x30 0.5x60",
    fires: [],
    quiet: [35, 89],
  },
  {
    title: "nobody reports any more",
    alert: "BackupMetricsAbsent",
    series: scraped("minixdr_backup_newest_age_seconds"),
    // Prometheus looks back five minutes for a value.
    values: "60x30 _x40 60x20",
    fires: [55, 69],
    quiet: [30, 45, 72],
  },
  {
    title: "one exporter of three is gone",
    alert: "BackupMetricsAbsent",
    series: scraped("minixdr_backup_newest_age_seconds").slice(0, 2),
    values: "60x60",
    fires: [],
    quiet: [30, 59],
  },
  ...(
    [
      ["BackupsBelowPromise", "below_promise", 15],
      ["BackupVanished", "vanished", 5],
      ["BackupTaggedOutOfTurn", "tagged_out_of_turn", 5],
      ["BackupRefused", "refused", 15],
      ["BackupLacksTables", "lacking_tables", 1],
      ["BackupLacksLargeObjects", "large_objects", 1],
      ["BackupSettingsDiffer", "settings_differ", 1],
    ] as const
  ).map(([alert, figure, lasting]) => ({
    title: `one is counted by minixdr_backup_${figure}`,
    alert,
    series: scraped(`minixdr_backup_${figure}`),
    values: "0x10 1x30 0x10",
    fires: [12 + lasting, 39],
    quiet: [9, 10 + lasting - 1, 43],
  })),
  ...(["rpo", "rto"] as const).map((objective) => ({
    title: `a drill missed the ${objective.toUpperCase()}`,
    alert: "BackupObjectiveMissed",
    series: scraped(`minixdr_backup_measured_${objective}_seconds`),
    values: objective === "rpo" ? "3600x10 3601x20 1800x10" : "14400x10 14401x20 900x10",
    fires: [14, 30],
    quiet: [10, 34],
  })),
];

describe("the alerts of backups, by promtool", function () {
  this.timeout(120_000);
  let promtool: string;
  let folder: string;

  before(async function () {
    await needTools(this, ["promtool"]);
    promtool = await tool("promtool");
    folder = await newFolder();
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** What promtool says of a fault under a stack's rules, which `change` may break. */
  async function judged(fault: Fault, change: (rule: Rule) => Rule = (rule) => rule) {
    const { stack = "prod", alert, series, values, labels = {}, fires, quiet } = fault;
    const rules = rulesOf(stack).map((rule) => (rule.alert === alert ? change(rule) : rule));
    const { labels: severity } = rules.find((rule) => rule.alert === alert)!;
    // What an alert says is for people; that it is there is what counts.
    const spoken = rules.map(({ alert, expr, for: lasting, labels }) => ({
      alert,
      expr,
      labels,
      for: lasting,
    }));
    const groups = [{ name: "backup", rules: spoken }];
    await writeFile(join(folder, "rules.yaml"), dump({ groups }, { noRefs: true }));
    const at = (minute: number, there: boolean) => ({
      eval_time: `${minute}m`,
      alertname: alert,
      exp_alerts: there ? [{ exp_labels: { ...severity, ...labels } }] : [],
    });
    const test = {
      interval: "1m",
      input_series: series.map((name) => ({ series: name, values })),
      alert_rule_test: [
        ...fires.map((minute) => at(minute, true)),
        ...quiet.map((minute) => at(minute, false)),
      ],
    };
    const file = join(folder, "test.yaml");
    await writeFile(file, dump({ rule_files: ["rules.yaml"], tests: [test] }));
    return run(promtool, ["test", "rules", file]);
  }

  for (const stack of ["prod", "staging"])
    it(`${stack}: every rule is one that Prometheus takes`, async () => {
      const file = join(folder, "check.yaml");
      await writeFile(file, dump({ groups: [{ name: "backup", rules: rulesOf(stack) }] }));
      const { code, stdout, stderr } = await run(promtool, ["check", "rules", file]);
      assert.equal(code, 0, stdout + stderr);
    });

  for (const fault of faults)
    it(`${fault.alert}: ${fault.title}`, async () => {
      const { code, stdout, stderr } = await judged(fault);
      assert.equal(code, 0, stdout + stderr);
    });

  it("every alert has a fault that fires it", () => {
    const fired = faults.filter(({ fires }) => fires.length > 0).map(({ alert }) => alert);
    for (const { alert } of rulesOf("prod")) assert.ok(fired.includes(alert), alert);
  });

  for (const fault of faults.filter(({ fires }) => fires.length > 0))
    it(`notices when ${fault.alert} can no longer fire: ${fault.title}`, async () => {
      const { code, stdout } = await judged(fault, (rule) => ({ ...rule, for: "100d" }));
      assert.notEqual(code, 0, stdout);
    });
});
