import { alertmanager } from "../../model/kubernetes";
import { at, list, type Resource, type Stack } from "../../model/resource";

/** The fewest Alertmanagers that leave a majority and a neighbour when a zone is lost. */
export const fewestAlertmanagers = 3;

/** What keeps a Prometheus from telling enough Alertmanagers; undefined when nothing does. */
export function untold(watcher: Resource, stack: Stack): string | undefined {
  const named = list(watcher.properties, "spec.alerting.alertmanagers").map((endpoint) =>
    at(endpoint, "name"),
  );
  // The operator lists every pod behind a Service; the chart calls it like what it leads to.
  const enough = stack.beside(watcher, alertmanager).some(({ properties }) => {
    const replicas = at(properties, "spec.replicas");
    return (
      named.includes(at(properties, "metadata.name")) &&
      typeof replicas === "number" &&
      replicas >= fewestAlertmanagers
    );
  });
  return enough
    ? undefined
    : `spec.alerting names no Alertmanager of its release with ${fewestAlertmanagers} replicas or more`;
}
