import { kubePrometheusStack } from "./kube-prometheus-stack";
import { metricsServer } from "./metrics-server";
import type { RemoteChart } from "./remote-chart";

/** Custom resource definitions only: no workload. */
const prometheusOperatorCrds: RemoteChart = {
  chart: "prometheus-operator-crds",
  version: "31.0.1",
  objects: () => [],
};

export const remoteCharts = [kubePrometheusStack, metricsServer, prometheusOperatorCrds];
