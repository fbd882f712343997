/** A metric, as the source of its exporter has it. */
export interface Metric {
  type: "counter" | "gauge" | "histogram";
  /** Its own labels; those of its target come to them. */
  labels: string[];
  /** Values that a label can have, or examples of them: of those labels that our queries match on. */
  values?: Record<string, string[]>;
}

/** Who serves metrics. */
export interface Exporter {
  name: string;
  /** Where labels and values were read. */
  source: string;
  /** Labels that Prometheus gives to all that it scrapes there, with values as a metric's. */
  target: Omit<Metric, "type">;
  metrics: Record<string, Metric>;
}

type Values = Metric["values"];

const metric = (type: Metric["type"]) => (labels: string[], values?: Values) => ({
  type,
  labels,
  values,
});
export const counter = metric("counter");
export const gauge = metric("gauge");
export const histogram = metric("histogram");

/** What the operator's configuration gives to every target behind a Service. */
export const target = (values: Values = {}) => ({
  labels: ["job", "instance", "namespace", "pod", "service", "container", "endpoint"],
  values,
});

/** The same for targets that are no pods: kubelets and API servers. */
export const outside = (values: Values = {}) => ({
  labels: target().labels.filter((label) => !["pod", "container"].includes(label)),
  values,
});

/** Where our rules look for what this project runs. */
export const namespaces = ["mini-xdr", "database", "monitoring"];

/** The same, and where metrics-server is. */
export const deployed = [...namespaces, "kube-system"];
