import { expectedAlerts } from "../../declared/alerts";
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
    const deployed = stack
      .ofType("kubernetes:monitoring.coreos.com/v1:PrometheusRule")
      .flatMap(({ properties }) => list(properties, "spec.groups"))
      .flatMap((group) => list(group, "rules"))
      .filter((rule) => at(rule, "alert") !== undefined);
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
    const unknownOnes = deployed
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
    return [...missing, ...unknownOnes, ...late];
  },
} satisfies RuleDefinition;
