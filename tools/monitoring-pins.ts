import { goTool, type GoTool } from "./go";
import type { Source } from "./source";

const commonVersion = "github.com/prometheus/common/version.Version";

/**
 * What watches the platform, in the versions that the monitoring releases run, and what its rules are
 * tested with. They are built from one set of modules, so that what they share is compiled once; the
 * published programs are built from a set each. Two need an older Prometheus's packages, and have a
 * set of their own, in which everything else is the same.
 */
export const monitoringPins = {
  // Without its pages, which are not in the module: the API answers, `/` does not.
  prometheus: prometheus("prometheus"),
  promtool: prometheus("promtool", ["--version"]),
  // Its page says that it is none: the module lacks it, and does not compile without.
  alertmanager: monitoring({
    name: "alertmanager",
    module: "github.com/prometheus/alertmanager",
    package: "github.com/prometheus/alertmanager/cmd/alertmanager",
    placeholders: { "ui/app/dist/index.html": "Built without the pages: the API answers.\n" },
  }),
  amtool: monitoring({
    name: "amtool",
    module: "github.com/prometheus/alertmanager",
    package: "github.com/prometheus/alertmanager/cmd/amtool",
    versionArguments: ["--version"],
  }),
  // Tests hold our SLO rules against its.
  sloth: goTool({
    name: "sloth",
    module: "github.com/slok/sloth",
    package: "github.com/slok/sloth/cmd/sloth",
    versionVariables: ["github.com/slok/sloth/internal/info.Version"],
    versionArguments: ["version"],
    folder: "sloth",
  }),
  "prometheus-operator": operator("prometheus-operator", "operator"),
  "prometheus-config-reloader": operator("prometheus-config-reloader"),
  "kube-state-metrics": monitoring({
    name: "kube-state-metrics",
    module: "k8s.io/kube-state-metrics/v2",
    package: "k8s.io/kube-state-metrics/v2",
  }),
  node_exporter: monitoring({
    name: "node_exporter",
    module: "github.com/prometheus/node_exporter",
    package: "github.com/prometheus/node_exporter",
  }),
  "metrics-server": goTool({
    name: "metrics-server",
    module: "sigs.k8s.io/metrics-server",
    package: "sigs.k8s.io/metrics-server/cmd/metrics-server",
    versionVariables: ["k8s.io/client-go/pkg/version.gitVersion"],
    folder: "metrics-server",
  }),
  // Its set is its own: it brings Amazon's SDK, and would have all others built anew.
  yace: goTool({
    name: "yace",
    module: "github.com/prometheus-community/yet-another-cloudwatch-exporter",
    package: "github.com/prometheus-community/yet-another-cloudwatch-exporter/cmd/yace",
    versionVariables: [commonVersion],
    versionArguments: ["version"],
    folder: "yace",
  }),
  // The published one is no module that Go's proxy has.
  "webhook-certgen": goTool({
    name: "webhook-certgen",
    version: "1.0.0",
    package: ".",
    folder: "webhook-certgen",
  }),
} satisfies Record<string, Source>;

function monitoring(tool: GoTool): Source {
  return goTool({ versionVariables: [commonVersion], ...tool, folder: "monitoring" });
}

/** A program of Prometheus, which finds its targets in files, over HTTP and in Kubernetes only. */
function prometheus(name: string, versionArguments?: string[]) {
  return monitoring({
    name,
    module: "github.com/prometheus/prometheus",
    // v3.14.0 is the module's v0.314.0.
    release: (version) => version.replace(/^v0\.3(\d\d)\./, (_, minor) => `v3.${Number(minor)}.`),
    package: `github.com/prometheus/prometheus/cmd/${name}`,
    // The others bring the SDKs of twenty clouds.
    tags: ["remove_all_sd", "enable_kubernetes_sd"],
    versionArguments,
  });
}

function operator(name: string, command = name) {
  return monitoring({
    name,
    module: "github.com/prometheus-operator/prometheus-operator",
    package: `github.com/prometheus-operator/prometheus-operator/cmd/${command}`,
  });
}
