import { at } from "../model/resource";
import { imagesWith, imageWith, type ChartImage } from "./chart-image";
import type { RemoteChart } from "./remote-chart";

/** It takes a repository with its registry, and a tag that it writes as it is. */
const image: ChartImage = {
  path: "image",
  registry: "",
  repository: "registry.k8s.io/metrics-server/metrics-server",
  tag: "v0.8.0",
};

export const metricsServer: RemoteChart = {
  chart: "metrics-server",
  version: "3.13.0",
  images: (values) => imagesWith(values, [image]),
  unsaid: (values) =>
    at(values, "image.tag") === undefined
      ? ["image.tag is missing: it is the only place for a digest"]
      : [],
  objects: (values, release) => {
    const labels = {
      "app.kubernetes.io/name": "metrics-server",
      "app.kubernetes.io/instance": release,
    };
    const metadata = { name: "metrics-server" };
    const selector = { matchLabels: labels };
    const budget = at(values, "podDisruptionBudget");
    return [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata,
        spec: {
          replicas: at(values, "replicas") ?? 1,
          strategy: at(values, "updateStrategy"),
          selector,
          template: {
            metadata: { labels },
            spec: {
              affinity: at(values, "affinity"),
              topologySpreadConstraints: at(values, "topologySpreadConstraints"),
              tolerations: at(values, "tolerations"),
              containers: [
                {
                  name: "metrics-server",
                  image: imageWith(values, image),
                  livenessProbe: probe("/livez", at(values, "livenessProbe")),
                  readinessProbe: probe("/readyz", at(values, "readinessProbe")),
                  resources: at(values, "resources") ?? {
                    requests: { cpu: "100m", memory: "200Mi" },
                  },
                },
              ],
            },
          },
        },
      },
      { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels } },
      ...(at(budget, "enabled") === true
        ? [
            {
              apiVersion: "policy/v1",
              kind: "PodDisruptionBudget",
              metadata,
              spec: {
                minAvailable: at(budget, "minAvailable"),
                maxUnavailable: at(budget, "maxUnavailable"),
                unhealthyPodEvictionPolicy: at(budget, "unhealthyPodEvictionPolicy"),
                selector,
              },
            },
          ]
        : []),
    ];
  },
};

/** Helm merges values into the chart's own. */
function probe(path: string, values: unknown) {
  return { httpGet: { path }, periodSeconds: 10, failureThreshold: 3, ...(values as object) };
}
