import { chartOf } from "../../upstream/upstream";
import { kubePrometheusStack } from "./kube-prometheus-stack";
import { metricsServer } from "./metrics-server";
import type { RemoteChart } from "./remote-chart";

/** Custom resource definitions only: no workload. */
const prometheusOperatorCrds: RemoteChart = {
  chart: "prometheus-operator-crds",
  version: "31.0.1",
  objects: () => [],
  images: () => [],
};

export const remoteCharts = [kubePrometheusStack, metricsServer, prometheusOperatorCrds];

/** The declared map of the chart that a release names; undefined when there is none. */
export function remoteChartOf(chart: unknown): RemoteChart | undefined {
  const name = chartOf(chart);
  return remoteCharts.find((declared) => declared.chart === name);
}
