import { alertmanager, prometheus } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** The fewest that leave a majority and a neighbour when a zone is lost. */
const fewest = 3;

export default {
  name: "alertmanagers",
  severity: "critical",
  from: "starter",
  demands: `Prometheus sends its alerts to every one of ${fewest} Alertmanagers or more.`,
  reason:
    "Alertmanagers tell each other what was sent, not what fires: an alert that reached only a lost one pages nobody.",
  needs: "release",
  types: [prometheus],
  judge: (watcher, stack) => {
    const named = list(watcher.properties, "spec.alerting.alertmanagers").map((endpoint) =>
      at(endpoint, "name"),
    );
    // The operator lists every pod behind a Service; the chart calls it like what it leads to.
    const enough = stack.beside(watcher, alertmanager).some(({ properties }) => {
      const replicas = at(properties, "spec.replicas");
      return (
        named.includes(at(properties, "metadata.name")) &&
        typeof replicas === "number" &&
        replicas >= fewest
      );
    });
    return enough
      ? []
      : [`spec.alerting names no Alertmanager of its release with ${fewest} replicas or more`];
  },
} satisfies RuleDefinition;
