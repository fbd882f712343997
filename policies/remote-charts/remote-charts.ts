import type { KubernetesObject } from "../model/kubernetes";
import type { Properties } from "../model/resource";
import { kubePrometheusStack } from "./kube-prometheus-stack";
import { metricsServer } from "./metrics-server";

/**
 * What a chart that is not in this repository makes of its values, as far as rules judge it: written
 * down by hand for one version of it, and compared with the chart where that can be had.
 */
export interface RemoteChart {
  chart: string;
  version: string;
  /** Workloads and what belongs to them, with the chart's own defaults for absent values. */
  objects(values: Properties, release: string): KubernetesObject[];
}

/** Custom resource definitions only: no workload. */
const prometheusOperatorCrds: RemoteChart = {
  chart: "prometheus-operator-crds",
  version: "31.0.1",
  objects: () => [],
};

export const remoteCharts = [kubePrometheusStack, metricsServer, prometheusOperatorCrds];
