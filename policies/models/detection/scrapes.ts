import type { Source } from "../../declared/faults";
import { seconds } from "../../model/duration";
import { monitoredServices, serviceMonitor, workloadsOf } from "../../model/kubernetes";
import { at, list, type Resource, type Stack } from "../../model/resource";

/** Values of kube-prometheus-stack that switch its own scrapes off. */
const switches = {
  "kube-state-metrics": "kubeStateMetrics.enabled",
  kubelet: "kubelet.enabled",
  apiserver: "kubeApiServer.enabled",
};
/** Between two scrapes unless a monitor says otherwise, and the longest that a figure may be old, seconds. */
const usual = 30;
const longest = 60;

/** How a figure reaches Prometheus: how old it may be, and what is wrong. */
export interface Scrape {
  /** What is at fault when something is: the monitor, or else the Prometheus release. */
  object: Pick<Resource, "urn" | "name">;
  every: number;
  problems: string[];
}

/** Follows a figure from its source to Prometheus. `values` are those of kube-prometheus-stack. */
export function scrapeOf(
  source: Exclude<Source, "rule">,
  prometheus: Resource,
  values: unknown,
  stack: Stack,
): Scrape {
  if (source in switches) {
    const path = switches[source as keyof typeof switches];
    const off = at(values, path) === false;
    return {
      object: prometheus,
      every: usual,
      problems: off ? [`${path} is false, so nobody scrapes it`] : [],
    };
  }
  const [of, port] = source.split("#");
  const monitor = stack.ofType(serviceMonitor).find(({ name }) => name === of);
  if (!monitor)
    return {
      object: { urn: prometheus.urn, name: of! },
      every: NaN,
      problems: ["no such ServiceMonitor"],
    };
  const endpoints = list(monitor.properties, "spec.endpoints").filter(
    (endpoint) => port === undefined || at(endpoint, "port") === port,
  );
  const every = Math.max(
    ...endpoints.map((endpoint) => seconds(at(endpoint, "interval") ?? `${usual}s`)),
  );
  const selection = selected(values, "serviceMonitor", monitor);
  return {
    object: monitor,
    every,
    problems: [
      ...(selection ? [selection] : []),
      ...(answers(monitor, endpoints, stack)
        ? []
        : ["it selects no Service with pods and its port"]),
      ...(every <= longest
        ? []
        : [`it is scraped every ${every} s; it must be ${longest} s or less`]),
    ],
  };
}

/** Whether every endpoint of a monitor is a port of a Service in front of a workload's pods. */
function answers(monitor: Resource, endpoints: unknown[], stack: Stack): boolean {
  const found = monitoredServices(monitor, stack).filter(
    (candidate) => workloadsOf(candidate, stack).length > 0,
  );
  const ports = found.flatMap(({ properties }) =>
    list(properties, "spec.ports").map((port) => at(port, "name")),
  );
  return (
    endpoints.length > 0 && endpoints.every((endpoint) => ports.includes(at(endpoint, "port")))
  );
}

/**
 * Why Prometheus does not take up an object of a release, by the chart's own logic; undefined when it
 * does. Without a selector it takes up its own release's alone, unless it is told otherwise.
 */
export function selected(
  values: unknown,
  kind: "rule" | "serviceMonitor",
  { properties }: Resource,
): string | undefined {
  const spec = at(values, "prometheus.prometheusSpec");
  const isSet = (value: unknown) => Object.keys((value ?? {}) as object).length > 0;
  if (isSet(at(spec, `${kind}NamespaceSelector`)))
    return `${kind}NamespaceSelector chooses namespaces; it must choose all`;
  const own = at(spec, `${kind}Selector`);
  if (!isSet(own) && at(spec, `${kind}SelectorNilUsesHelmValues`) === false) return undefined;
  const labels = at(properties, "metadata.labels") as Record<string, unknown> | undefined;
  const wanted = Object.entries((at(own, "matchLabels") ?? {}) as object);
  const taken =
    wanted.length > 0 &&
    list(own, "matchExpressions").length === 0 &&
    wanted.every(([key, value]) => labels?.[key] === value);
  return taken ? undefined : `${kind}Selector of Prometheus does not select it`;
}
