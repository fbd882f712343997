/**
 * How soon somebody has to look: `critical` pages at once, `warning` is read in working hours, `none`
 * is for machines.
 */
export type Severity = "critical" | "warning" | "none";

/** An alert of Prometheus, as data. Routing, dashboards, tests and documentation read the same. */
export interface Alert {
  /** CamelCase, as it is paged. */
  alert: string;
  /** PromQL; a comparison, so that what is silent below the limit returns nothing. */
  expr: string;
  /** How long it has to hold, such as `5m`. */
  for: string;
  severity: Severity;
  /** Labels beside the severity, such as the SLO's name. */
  labels?: Record<string, string>;
  /** One line for the page's title. */
  summary: string;
  /** What it means and how much it is: with `{{ $value }}`, made readable. */
  description: string;
  /** Page and heading under docs/runbooks, such as `alerts.md#higherrorrate`; it exists. */
  runbook: string;
}

/** A series that Prometheus computes ahead of its use. */
export interface Recording {
  /** `level:metric:operations`, Prometheus' own convention. */
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

/** Rules that are evaluated together, in order. */
export interface RuleGroup {
  /** Unique in the stack. */
  name: string;
  /** Between two evaluations; default Prometheus' own, 30 s. */
  interval?: string;
  rules: (Alert | Recording)[];
}

export function isAlert(rule: Alert | Recording): rule is Alert {
  return "alert" in rule;
}
