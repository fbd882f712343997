import { expectedAlerts, expectedPerObjective, expectedRecords } from "../../declared/alerts";
import { seconds } from "../../model/duration";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "expected-alerts",
  severity: "critical",
  from: "starter",
  demands:
    "Every alert of the catalogue in policies/declared is deployed, with its severity, and fires soon enough.",
  reason: "An alert that is gone, or waits for an hour, breaks no rule and wakes nobody.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack) => {
    const groups = stack
      .ofType("kubernetes:monitoring.coreos.com/v1:PrometheusRule")
      .flatMap(({ properties }) => list(properties, "spec.groups"));
    const all = groups.flatMap((group) => list(group, "rules"));
    const deployed = all.filter((rule) => at(rule, "alert") !== undefined);
    const missing = expectedAlerts
      .filter(
        ({ alert, severity, within }) =>
          !deployed.some(
            (rule) =>
              at(rule, "alert") === alert &&
              at(rule, "labels.severity") === severity &&
              seconds(at(rule, "for") ?? "0s") <= within,
          ),
      )
      .map(
        ({ alert, severity, within }) =>
          `no alert ${alert} of severity ${severity} fires within ${within} s; bring it back, or take it out of policies/declared/alerts`,
      );
    // A warning more is a message more: it pages nobody, and suppresses nothing.
    const unknownOnes = deployed
      .filter((rule) => at(rule, "labels.severity") !== "warning")
      .map((rule) => String(at(rule, "alert")))
      .filter((alert) => !expectedAlerts.some((expected) => expected.alert === alert))
      .map(
        (alert) =>
          `alert ${alert} is not in policies/declared/alerts: what is not expected there may be removed unseen`,
      );
    // One that is weaker than its namesake of the same severity is the one that users wait for.
    const late = deployed
      .filter((rule) => {
        const same = expectedAlerts.filter((expected) => expected.alert === at(rule, "alert"));
        const fitting = same.find(({ severity }) => severity === at(rule, "labels.severity"));
        return same.length > 0 && !(fitting && seconds(at(rule, "for") ?? "0s") <= fitting.within);
      })
      .map(
        (rule) =>
          `alert ${String(at(rule, "alert"))} has severity ${String(at(rule, "labels.severity"))} and fires after ${String(at(rule, "for"))}; policies/declared/alerts has it otherwise`,
      );
    return [
      ...missing,
      ...unknownOnes,
      ...late,
      ...perObjective(deployed),
      ...uncounted(all),
      ...unread(all),
      ...seldom(groups),
    ];
  },
} satisfies RuleDefinition;

/** Each objective has its own; that of another does not tell of it. */
function perObjective(deployed: unknown[]): string[] {
  return expectedPerObjective.flatMap(({ alert, severity, objectives }) =>
    objectives
      .filter(
        (slo) =>
          !deployed.some(
            (rule) =>
              at(rule, "alert") === alert &&
              at(rule, "labels.severity") === severity &&
              at(rule, "labels.slo") === slo,
          ),
      )
      .map((slo) => `no alert ${alert} of severity ${severity} tells of the objective ${slo}`),
  );
}

/** Without its events an objective is kept by counting nothing. */
function uncounted(all: unknown[]): string[] {
  const { record, outcomes, objectives } = expectedRecords;
  return objectives.flatMap((slo) =>
    outcomes
      .filter(
        (outcome) =>
          !all.some(
            (rule) =>
              at(rule, "record") === record &&
              at(rule, "labels.slo") === slo &&
              at(rule, "labels.outcome") === outcome,
          ),
      )
      .map((outcome) => `no rule records ${record} of ${slo} with the outcome ${outcome}`),
  );
}

/** An alert on figures that no rule records is never true, and looks like any other. */
function unread(all: unknown[]): string[] {
  const recorded = all.map((rule) => at(rule, "record")).filter((name) => name !== undefined);
  const read = all.flatMap((rule) => recordsIn(String(at(rule, "expr"))));
  return [...new Set(read)]
    .filter((name) => !recorded.includes(name))
    .map((name) => `an expression reads ${name}, which no rule records`);
}

/** Recorded series by their names: with colons, or the one that is called like a metric. */
function recordsIn(expression: string): string[] {
  const text = expression.replace(/"[^"]*"/g, "").replace(/\[[^\]]*\]/g, "");
  return (
    text.match(/\b([a-z_]+(:[a-z0-9_]+)+|minixdr_certificate_expiry_timestamp_seconds)\b/g) ?? []
  );
}

/** What pages is looked at every minute, whatever it waits for afterwards. */
function seldom(groups: unknown[]): string[] {
  return groups
    .filter(
      (group) =>
        seconds(at(group, "interval")) > 60 &&
        list(group, "rules").some((rule) =>
          ["critical", "none"].includes(String(at(rule, "labels.severity"))),
        ),
    )
    .map(
      (group) =>
        `the group ${String(at(group, "name"))} is evaluated every ${String(at(group, "interval"))}; what pages must be, every minute`,
    );
}
