import { chartOf } from "../../../upstream/upstream";
import { seconds } from "../../model/duration";
import { prometheus, prometheusRule, releaseType } from "../../model/kubernetes";
import { at, list, type Resource, type Stack } from "../../model/resource";
import type { Settings } from "../../model/settings";
import type { Labels } from "./matchers";

/** Between two evaluations where a group says nothing, seconds. */
const usual = 30;

/** A rule as it is deployed. */
export interface Rule {
  object: Resource;
  rule: unknown;
  every: number;
}

/** What watches a stack: computed once for all of its faults. */
export interface Watch {
  stack: Stack;
  settings: Settings;
  prometheus: Resource | undefined;
  /** The release of kube-prometheus-stack, or the stack itself where there is none. */
  release: Resource;
  values: unknown;
  config: unknown;
  alerts: Rule[];
  /** Rules that record a series, by its name. */
  recorded: Map<string, Rule[]>;
  /** Labels of the alerts that always fire. */
  constant: Labels[];
}

/** Undefined: the stack has no kube-prometheus-stack. */
export function watchOf(stack: Stack, settings: Settings): Watch | undefined {
  const release = stack
    .ofType(releaseType)
    .find(({ properties }) => chartOf(properties.chart) === "kube-prometheus-stack");
  if (!release) return undefined;
  const values = at(release.properties, "values");
  const rules = stack.ofType(prometheusRule).flatMap(rulesOf);
  const recorded = new Map<string, Rule[]>();
  for (const found of rules) {
    const name = at(found.rule, "record");
    if (typeof name === "string") recorded.set(name, [...(recorded.get(name) ?? []), found]);
  }
  const alerts = rules.filter(({ rule }) => at(rule, "alert") !== undefined);
  return {
    stack,
    settings,
    prometheus: stack.ofType(prometheus)[0],
    release,
    values,
    config: at(values, "alertmanager.config"),
    alerts,
    recorded,
    constant: alerts
      .filter(({ rule }) => isConstant(String(at(rule, "expr"))))
      .map(({ rule }) => labelsOf(rule, values)),
  };
}

function rulesOf(object: Resource): Rule[] {
  return list(object.properties, "spec.groups").flatMap((group) => {
    const every = seconds(at(group, "interval") ?? `${usual}s`);
    return list(group, "rules").map((rule) => ({ object, rule, every }));
  });
}

/** An expression that reads no figure is as it is for ever. */
function isConstant(expr: string): boolean {
  return !/[a-z_:]/i.test(expr.replace(/\b(vector|bool|scalar|time|and|or|on)\b/g, ""));
}

/** Labels that an alert has for certain; the stack's is external, so of every one. */
export function labelsOf(rule: unknown, values: unknown): Labels {
  const own = (at(rule, "labels") ?? {}) as Record<string, unknown>;
  return {
    severity: "",
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [key, String(value)])),
    alertname: String(at(rule, "alert")),
    cluster: String(at(values, "prometheus.prometheusSpec.externalLabels.cluster") ?? ""),
  };
}

/** Whether an expression reads a metric, itself or by what rules record. */
export function reads(
  expr: string,
  metric: string,
  recorded: Map<string, Rule[]>,
  seen = new Set<string>(),
): boolean {
  const names = new Set(expr.match(/[a-zA-Z_:][\w:]*/g));
  if (names.has(metric)) return true;
  return [...names].some((name) => {
    if (seen.has(name)) return false;
    seen.add(name);
    const rules = recorded.get(name) ?? [];
    return rules.some(({ rule }) => reads(String(at(rule, "expr")), metric, recorded, seen));
  });
}
