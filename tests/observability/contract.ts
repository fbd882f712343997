import type { Exporter } from "../../observability/metrics";
import { isAlert, type Alert, type Recording } from "../../observability/rule";
import { partsOf, selectorsOf, type Selector } from "../support/promql";

/** The labels of a metric, with the values that are known of each; none where no query matches on it. */
export type Labels = Map<string, Set<string>>;

/** What there is to ask for, by metric: as our data says, or as a real Prometheus has it. */
export type Contract = Map<string, Labels>;

/** What exporters serve and rules record. */
export function contractOf(exporters: Exporter[], rules: (Alert | Recording)[]): Contract {
  const contract: Contract = new Map();
  for (const { target, metrics } of exporters)
    for (const [name, { type, labels, values }] of Object.entries(metrics)) {
      const add = (name: string, more: string[]) =>
        extend(contract, name, [...target.labels, ...labels, ...more], {
          ...target.values,
          ...values,
        });
      if (type !== "histogram") add(name, []);
      else
        for (const part of ["bucket", "count", "sum"])
          add(`${name}_${part}`, part === "bucket" ? ["le"] : []);
    }
  for (const rule of rules)
    if (isAlert(rule)) extend(contract, "ALERTS", ["alertname"], { alertname: [rule.alert] });
    else {
      const values = mapped(rule.labels ?? {}, (value) => [value]);
      const made = madeLabels(rule.expr);
      extend(
        contract,
        rule.record,
        [...Object.keys(values), ...groupLabels(rule.expr, "by")],
        values,
      );
      extend(contract, rule.record, [...made.keys()], Object.fromEntries(made));
    }
  return contract;
}

/** What is wrong with a query: selectors that name nothing, and labels that nothing in it has. */
export function wrongs(expr: string, contract: Contract): string[] {
  const selectors = selectorsOf(expr);
  const known = new Set([
    "",
    ...selectors.flatMap(({ metric }) => [...(contract.get(metric)?.keys() ?? [])]),
    ...madeLabels(expr).keys(),
  ]);
  const strange = [...groupLabels(expr), ...replacedLabels(expr)].filter(
    (label) => !known.has(label),
  );
  return [
    ...selectors.flatMap((selector) => wrongsOf(selector, contract)),
    ...strange.map((label) => `nothing in it has the label ${label}`),
  ];
}

/** Labels that a legend or a column may name. */
export function labelsOf(expr: string, contract: Contract): Set<string> {
  const read = selectorsOf(expr).flatMap(({ metric }) => [...(contract.get(metric)?.keys() ?? [])]);
  return new Set([...read, ...madeLabels(expr).keys()]);
}

/** The query with one name at a time misspelt: of a metric, of a label or of a value. */
export function misspelt(expr: string): string[] {
  return partsOf(expr).flatMap(({ name, node }) => {
    const selects = node.parent?.name === "VectorSelector" && name === "Identifier";
    const matches = node.parent?.name === "UnquotedLabelMatcher";
    const groups = name === "LabelName" && node.parent?.name === "GroupingLabels";
    if (!selects && !groups && !(matches && name !== "MatchOp")) return [];
    const end = name === "StringLiteral" ? node.to - 1 : node.to;
    return [`${expr.slice(0, end)}_typo${expr.slice(end)}`];
  });
}

function wrongsOf({ metric, matchers }: Selector, contract: Contract): string[] {
  const labels = contract.get(metric);
  if (!labels) return [`nobody serves ${metric}`];
  return matchers.flatMap(({ label, operator, value }) => {
    const values = labels.get(label);
    if (!values) return [`${metric} has no label ${label}`];
    return patternsOf(operator, value)
      .filter((pattern) => ![...values].some((known) => pattern.test(known)))
      .map(({ source }) => `${metric}: no ${label} matches ${source}`);
  });
}

/** What a matcher means, each of its alternatives apart: one that matches nothing is a mistake too. */
function patternsOf(operator: string, value: string): RegExp[] {
  if (!operator.endsWith("~"))
    return [new RegExp(`^${value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`)];
  // Between brackets `|` would belong to them; no query of ours has it there.
  return value.split("|").map((alternative) => new RegExp(`^(?:${alternative})$`));
}

/** Labels by which a query groups or joins. @param only these clauses; default all */
function groupLabels(expr: string, only?: "by"): string[] {
  return partsOf(expr)
    .filter(({ name, node }) => {
      if (name !== "LabelName" || node.parent?.name !== "GroupingLabels") return false;
      return !only || node.parent.parent?.getChild("By") !== null;
    })
    .map(({ text }) => text);
}

/** Strings that a query gives to `label_replace`: target, replacement, source, pattern. */
function replacements(expr: string): string[][] {
  return partsOf(expr)
    .filter(({ name, text }) => name === "FunctionIdentifier" && text === "label_replace")
    .map(({ node }) =>
      node
        .parent!.getChild("FunctionCallBody")!
        .getChildren("StringLiteral")
        .map(({ from, to }) => expr.slice(from + 1, to - 1)),
    );
}

/** Labels that a query makes, with their value where it is a fixed one. */
function madeLabels(expr: string): Map<string, string[]> {
  const made = new Map<string, string[]>();
  for (const [label, value] of replacements(expr))
    made.set(label!, [...(made.get(label!) ?? []), ...(value!.includes("$") ? [] : [value!])]);
  return made;
}

const replacedLabels = (expr: string) => replacements(expr).map(([, , source]) => source!);

function extend(
  contract: Contract,
  name: string,
  labels: string[],
  values: Record<string, string[]> = {},
): void {
  const known = contract.get(name) ?? new Map<string, Set<string>>();
  contract.set(name, known);
  for (const label of labels)
    known.set(label, new Set([...(known.get(label) ?? []), ...(values[label] ?? [])]));
}

function mapped<Value, Result>(record: Record<string, Value>, change: (value: Value) => Result) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
