/** Pieces of PromQL that more than one rule needs. */

/** Matcher of the namespaces that this project fills. */
export const ours = 'namespace=~"mini-xdr|database|monitoring"';

/** The same with what this project adds to the cluster's own: metrics-server. */
export const deployed = 'namespace=~"mini-xdr|database|monitoring|kube-system"';

/** Label of a node's zone, as kube-state-metrics writes it. */
export const zoneLabel = "label_topology_kubernetes_io_zone";

/** Matcher of what users asked of backend and frontend: no probes, no scrapes. */
export const asked = 'namespace="mini-xdr",endpoint!~"/health.*|/metrics"';

/**
 * How much counters rose within a window, one born inside it from zero: `increase` alone starts at
 * the first value that it sees, so 500 errors between two scrapes are none.
 */
export function risen(metric: string, matchers: string, window: string): string {
  const selector = `${metric}{${matchers}}`;
  return `(${selector} unless ${metric} offset ${window}) or increase(${selector}[${window}])`;
}
