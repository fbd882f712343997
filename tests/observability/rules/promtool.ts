import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump } from "js-yaml";
import { run } from "../../../lib/processes";
import { isAlert, type Alert, type Recording } from "../../../observability/rule";
import { tool } from "../../../tools";
import { metricsOf } from "../../support/promql";
import { newFolder } from "../../images/backup/support/folder";
import { casesOf, step, type Case, type Table } from "./cases";
import { mutantsOf, wrongDurations } from "./mutants";

/** An alert and all that is known of it. */
export interface Judged {
  rule: Alert;
  table: Table;
}

/** A rule with one mistake in it, and the name under which promtool sees it. */
export interface NamedMutant {
  name: string;
  alert: string;
  what: string;
  rule: Pick<Alert, "expr" | "for">;
  /** The recording that it reads instead of the right one. */
  recording?: Recording;
}

/** What promtool said of a run: which alerts were wrong, and how. */
export type Failures = Map<string, string[]>;

/** Every mutant of an alert: of its query, of how long it has to hold, and of what it reads. */
export function mutants(rule: Alert, all: (Alert | Recording)[]): NamedMutant[] {
  const { alert, expr, for: lasting } = rule;
  const named = (index: string | number) => `${alert}__${index}`;
  return [
    ...mutantsOf(expr).map(({ what, expr }) => ({ what, rule: { expr, for: lasting } })),
    ...wrongDurations(lasting).map((other) => ({
      what: `for ${lasting} → ${other}`,
      rule: { expr, for: other },
    })),
    ...recordingsOf(rule, all).flatMap(({ record, expr: recorded }, which) =>
      mutantsOf(recorded).map(({ what, expr: mutated }, index) => {
        const other = `${record}__${which}_${index}`;
        return {
          what: `${record}: ${what}`,
          rule: { expr: expr.replaceAll(record, other), for: lasting },
          recording: { record: other, expr: mutated },
        };
      }),
    ),
  ].map((mutant, index) => ({ ...mutant, alert, name: named(index) }));
}

/** Recordings that an alert reads. */
export function recordingsOf({ expr }: Alert, all: (Alert | Recording)[]): Recording[] {
  return all.filter(
    (rule): rule is Recording => !isAlert(rule) && metricsOf(expr).includes(rule.record),
  );
}

/**
 * Runs the cases of every alert in one promtool, its mutants beside it in the same group, so that
 * series are loaded once for all of them.
 */
export async function judge(
  all: Judged[],
  rules: (Alert | Recording)[],
  wrong: NamedMutant[],
): Promise<Failures> {
  const failures: Failures = new Map();
  let left = all.map((judged) => ({
    ...judged,
    recordings: recordingsOf(judged.rule, rules),
    wrong: wrong.filter(({ alert }) => alert === judged.rule.alert),
  }));
  // A query that fails ends its test: it is found out, and the others are asked again without it.
  while (left.length > 0) {
    const broken = new Set<string>();
    for (const [name, lines] of await promtool(left)) {
      failures.set(name, [...(failures.get(name) ?? []), ...lines]);
      if (lines.some((line) => line.includes("err:"))) broken.add(name);
    }
    left = left
      .filter(({ wrong }) => wrong.some(({ name }) => broken.has(name)))
      .map((each) => ({ ...each, wrong: each.wrong.filter(({ name }) => !broken.has(name)) }));
  }
  return failures;
}

type Run = Judged & { recordings: Recording[]; wrong: NamedMutant[] };

async function promtool(all: Run[]): Promise<Failures> {
  const folder = await newFolder();
  try {
    const files = await Promise.all(all.map((each) => writeRun(folder, each)));
    const { stdout, stderr } = await run(await tool("promtool"), ["test", "rules", ...files]);
    return failuresIn(`${stdout}\n${stderr}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes an alert's rules and its cases; returns the file that promtool is given. */
async function writeRun(folder: string, { rule, table, recordings, wrong }: Run): Promise<string> {
  const annotations = table.valued ? { value: "{{ $value }}" } : {};
  const labels = { severity: rule.severity, ...rule.labels };
  const named = [{ name: rule.alert, rule, recording: undefined }, ...wrong];
  const rules = [
    ...recordings,
    ...named.flatMap(({ name, rule: { expr, for: lasting }, recording }) => [
      ...(recording ? [recording] : []),
      { alert: name, expr, for: lasting, labels, annotations },
    ]),
  ];
  const file = (kind: string) => join(folder, `${rule.alert}.${kind}.yaml`);
  const fired = { ...labels, ...table.labels };
  const tests = casesOf(table).map((each) =>
    testOf(
      each,
      named.map(({ name }) => name),
      fired,
      table.valued ? { value: each.value } : {},
    ),
  );
  await writeFile(file("rules"), dump({ groups: [{ name: "all", rules }] }, { noRefs: true }));
  const asked = { rule_files: [file("rules")], evaluation_interval: step, tests };
  await writeFile(file("test"), dump(asked, { noRefs: true }));
  return file("test");
}

function testOf(asked: Case, names: string[], fired: object, exp_annotations: object) {
  const { title, series, every = step, fires = [], quiet = [], with: labels = [{}] } = asked;
  const expected = labels.map((more) => ({ exp_labels: { ...fired, ...more }, exp_annotations }));
  const at = (eval_time: string, exp_alerts: object[]) =>
    names.map((alertname) => ({ eval_time, alertname, exp_alerts }));
  return {
    name: title,
    interval: every,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      ...fires.flatMap((time) => at(time, expected)),
      ...quiet.flatMap((time) => at(time, [])),
    ],
  };
}

function failuresIn(text: string): Failures {
  const failures: Failures = new Map();
  const found =
    /(?: {4}name: (.*),\n)? {4}(?:alertname|rule): (\S+?), time: ([^]*?)(?=\n\n|\n {4}name: |\n {4}rule: |$)/g;
  for (const [, title = "", name, rest] of text.matchAll(found))
    failures.set(name!, [...(failures.get(name!) ?? []), `${title}: ${rest}`]);
  if (failures.size === 0 && /FAILED/.test(text)) throw new Error(text);
  return failures;
}
