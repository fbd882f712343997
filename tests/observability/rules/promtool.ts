import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump } from "js-yaml";
import { run } from "../../../lib/processes";
import { isAlert, type Alert, type Recording } from "../../../observability/rule";
import { tool } from "../../../tools";
import { newFolder } from "../../images/backup/support/folder";
import { metricsOf } from "../../support/promql";
import { step, type Case } from "./cases";
import { mutantsOf, wrongDurations } from "./mutants";

/** An alert, and what is asked of it. */
export interface Judged {
  rule: Alert;
  /** What it reads that is recorded first. */
  recordings: Recording[];
  cases: Case[];
  /** Labels of what fires, beside the rule's own. */
  labels?: Record<string, string>;
  /** Annotations that it is given instead of its own, and what becomes of them while it fires. */
  annotations: Record<string, string>;
  annotated: (asked: Case) => Record<string, string | undefined>;
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

/** Recordings that an alert reads. */
export function recordingsOf({ expr }: Alert, all: (Alert | Recording)[]): Recording[] {
  const read = metricsOf(expr);
  return all.filter((rule): rule is Recording => !isAlert(rule) && read.includes(rule.record));
}

/** Every mutant of an alert: of its query, of how long it has to hold, and of what it reads. */
export function mutants(rule: Alert, recordings: Recording[]): NamedMutant[] {
  const { alert, expr, for: lasting } = rule;
  const all = [
    ...mutantsOf(expr).map(({ what, expr }) => ({ what, rule: { expr, for: lasting } })),
    ...wrongDurations(lasting).map((other) => ({
      what: `for ${lasting} → ${other}`,
      rule: { expr, for: other },
    })),
    ...recordings.flatMap(({ record, expr: recorded }) =>
      mutantsOf(recorded).map(({ what, expr: mutated }, index) => {
        const other = `${record}__${index}`;
        return {
          what: `${record}: ${what}`,
          rule: { expr: expr.replaceAll(record, other), for: lasting },
          recording: { record: other, expr: mutated },
        };
      }),
    ),
  ];
  return all.map((mutant, index) => ({ ...mutant, alert, name: `${alert}__${index}` }));
}

/**
 * Runs the cases of every alert in one promtool, its mutants beside it in the same group, so that
 * series are loaded once for all of them.
 *
 * @throws when promtool failed in another way than by a case
 */
export async function judge(all: Judged[], wrong: NamedMutant[] = []): Promise<Failures> {
  const failures: Failures = new Map();
  let left = all.map((judged) => ({
    ...judged,
    wrong: wrong.filter(({ alert }) => alert === judged.rule.alert),
  }));
  // A query that fails ends its test: it is found out, and the others are asked again without it.
  while (left.length > 0) {
    const found = await promtool(left);
    const broken = (mutant: NamedMutant) =>
      found.broken.has(mutant.name) || found.broken.has(mutant.recording?.record ?? "");
    for (const [name, lines] of found.failures)
      failures.set(name, [...(failures.get(name) ?? []), ...lines]);
    const again = left.filter(({ wrong }) => wrong.some(broken));
    for (const { name } of again.flatMap(({ wrong }) => wrong.filter(broken)))
      failures.set(name, ["its query fails"]);
    if (found.broken.size > 0 && again.length === 0)
      throw new Error(`fails: ${[...found.broken].join(", ")}`);
    left = again.map((each) => ({
      ...each,
      wrong: each.wrong.filter((mutant) => !broken(mutant)),
    }));
  }
  return failures;
}

type Run = Judged & { wrong: NamedMutant[] };

async function promtool(all: Run[]): Promise<{ failures: Failures; broken: Set<string> }> {
  const folder = await newFolder();
  try {
    const files = await Promise.all(all.map((each) => writeRun(folder, each)));
    const { stderr } = await run(await tool("promtool"), ["test", "rules", ...files]);
    return read(stderr);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes an alert's rules and its cases; returns the file that promtool is given. */
async function writeRun(folder: string, each: Run): Promise<string> {
  const { rule, recordings, cases, wrong, annotations, annotated } = each;
  const labels = { severity: rule.severity, ...rule.labels };
  const named = [{ name: rule.alert, rule, recording: undefined }, ...wrong];
  const rules = [
    ...recordings,
    ...named.flatMap(({ name, rule: { expr, for: lasting }, recording }) => [
      ...(recording ? [recording] : []),
      { alert: name, expr, for: lasting, labels, annotations },
    ]),
  ];
  const names = named.map(({ name }) => name);
  const tests = cases.map((asked) => {
    const fired = (asked.with ?? [{}]).map((more) => ({
      exp_labels: { ...labels, ...each.labels, ...more },
      exp_annotations: annotated(asked),
    }));
    return testOf(asked, names, fired);
  });
  const file = (kind: string) => join(folder, `${rule.alert}.${kind}.yaml`);
  await writeFile(file("rules"), dump({ groups: [{ name: "all", rules }] }, { noRefs: true }));
  const test = { rule_files: [file("rules")], evaluation_interval: step, tests };
  await writeFile(file("test"), dump(test, { noRefs: true }));
  return file("test");
}

function testOf(asked: Case, names: string[], fired: object[]) {
  const { title, series, every = step, fires = [], quiet = [] } = asked;
  const at = (eval_time: string, exp_alerts: object[]) =>
    names.map((alertname) => ({ eval_time, alertname, exp_alerts }));
  return {
    name: title,
    interval: every,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      ...fires.flatMap((time) => at(time, fired)),
      ...quiet.flatMap((time) => at(time, [])),
    ],
  };
}

/** What promtool complains of, each complaint in lines of its own. */
function read(stderr: string) {
  const failures: Failures = new Map();
  const broken = new Set<string>();
  let title = "";
  let name: string | undefined;
  for (const line of stderr.split("\n")) {
    const [, ofCase] = /^ {4}name: (.*),$/.exec(line) ?? [];
    const [, ofAlert, time] = /^ {4}alertname: (\S+), time: (\S+), $/.exec(line) ?? [];
    const [, ofRule] = /^ {4}rule: (\S+), time: \S+, err: /.exec(line) ?? [];
    if (ofCase) title = ofCase;
    else if (ofAlert)
      failures.set((name = ofAlert), [...(failures.get(name) ?? []), `${title}, ${time}:`]);
    else if (ofRule) broken.add(ofRule);
    else if (name && /^ {8}/.test(line)) failures.get(name)!.push(line.trim());
    else if (!/^\s*(FAILED:)?$/.test(line)) throw new Error(`promtool: ${line}`);
  }
  return { failures, broken };
}
