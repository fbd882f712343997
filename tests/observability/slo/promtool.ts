import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { run, type Result } from "../../../lib/processes";
import { isAlert, type RuleGroup } from "../../../observability/rule";
import { tool } from "../../../tools";

/** A series in promtool's notation, a value each interval. */
export interface Series {
  series: string;
  values: string;
}

/** What a query must give at a time; no value: no series. */
export interface Expectation {
  expr: string;
  /** Seconds from the start. */
  at: number;
  value?: number;
}

export interface Play {
  /** Seconds between two values and between two evaluations. */
  interval: number;
  /** Groups as ours, or the text of a file of rules. */
  rules: (RuleGroup[] | string)[];
  series: Series[];
  expected: Expectation[];
}

/** Runs rules over series by the pinned promtool and says what it says. */
export async function play({ interval, rules, series, expected }: Play): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "mini-xdr-slo-"));
  try {
    const files = rules.map((_, index) => `rules-${index}.yaml`);
    for (const [index, file] of files.entries())
      await writeFile(join(folder, file), rulesFile(rules[index]!));
    const test = {
      interval: `${interval}s`,
      input_series: series,
      promql_expr_test: expected.map(({ expr, at, value }) => ({
        // Without labels: who it is says the query.
        expr: `sum(${expr})`,
        eval_time: `${at}s`,
        exp_samples: value === undefined ? [] : [{ labels: "{}", value }],
      })),
    };
    const file = join(folder, "test.yaml");
    // A value that a machine computes differs in its last digits from one that a person writes.
    const all = {
      rule_files: files,
      // By itself promtool takes them in any order, and one reads what another has recorded.
      group_eval_order: rules.flatMap(namesOf),
      evaluation_interval: `${interval}s`,
      fuzzy_compare: true,
    };
    await writeFile(file, dump({ ...all, tests: [test] }));
    return await run(await tool("promtool"), ["test", "rules", file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function namesOf(rules: RuleGroup[] | string): string[] {
  const groups =
    typeof rules === "string" ? (load(rules) as { groups: RuleGroup[] }).groups : rules;
  return groups.map(({ name }) => name);
}

/** A file of rules as Prometheus reads it. */
export function rulesFile(groups: RuleGroup[] | string): string {
  if (typeof groups === "string") return groups;
  const plain = groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) =>
      isAlert(rule)
        ? {
            alert: rule.alert,
            expr: rule.expr,
            for: rule.for,
            labels: { severity: rule.severity, ...rule.labels },
            annotations: { summary: rule.summary, description: rule.description },
          }
        : rule,
    ),
  }));
  return dump({ groups: plain }, { noRefs: true });
}

/** The alert of an SLO as Prometheus records it while it fires. */
export function firing(slo: string, severity: string, alert = "ErrorBudgetBurn"): string {
  return `ALERTS{alertname="${alert}",slo="${slo}",severity="${severity}",alertstate="firing"}`;
}

/** Growth of a counter per value, and for how many values; undefined: not there; "stale": it ends. */
export type Piece = [growth: number | undefined | "stale", values: number];

/** A counter that starts with 0, or where it is first there with its first growth. */
export function counter(name: string, ...pieces: Piece[]): Series {
  let last = 0;
  const values = pieces.map(([growth, values]) => {
    if (growth === undefined) return `_x${values}`;
    if (growth === "stale") return `stale _x${values - 1}`;
    const first = last + growth;
    last += growth * values;
    return `${first}+${growth}x${values - 1}`;
  });
  return { series: name, values: values.join(" ") };
}

/** A constant, such as `up`. */
export function constant(name: string, value: number, values: number): Series {
  return { series: name, values: `${value}x${values - 1}` };
}
