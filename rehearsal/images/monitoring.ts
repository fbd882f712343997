import path from "node:path";
import { UsageError } from "../../lib/ends";
import { toolVersion, type Progress, type ToolName } from "../../tools";
import { base } from "./base";
import { goProgram } from "./go-program";
import type { Image, Recipe } from "./images";
import { programImage } from "./program-image";

/**
 * The images that the monitoring releases run, by the last part of their repository. Each lies where
 * the published image has it, because the operator names its reloader by its path.
 */
export const monitoringRecipes: Record<string, Recipe> = {
  prometheus: published("prometheus", "/bin/prometheus"),
  alertmanager: published("alertmanager", "/bin/alertmanager"),
  "prometheus-operator": published("prometheus-operator", "/bin/operator"),
  "prometheus-config-reloader": published(
    "prometheus-config-reloader",
    "/bin/prometheus-config-reloader",
  ),
  "kube-state-metrics": published("kube-state-metrics", "/kube-state-metrics"),
  "node-exporter": published("node_exporter", "/bin/node_exporter"),
  "metrics-server": published("metrics-server", "/metrics-server"),
  "edge-exporter": published("yace", "/bin/yace"),
  "kube-webhook-certgen": goProgram("webhook-certgen", {
    Entrypoint: ["/kube-webhook-certgen"],
    Labels: standIn("for kube-webhook-certgen: makes the secret and tells the webhooks"),
  }),
  grafana,
  "k8s-sidecar": goProgram("pause", {
    Labels: standIn("for k8s-sidecar: does nothing, no dashboard or data source is fetched"),
  }),
};

/** Programs that making them needs, beside those of the images' base. */
export const monitoringImageTools: ToolName[] = [
  "prometheus",
  "alertmanager",
  "prometheus-operator",
  "prometheus-config-reloader",
  "kube-state-metrics",
  "node_exporter",
  "metrics-server",
  "yace",
  "webhook-certgen",
  "pause",
];

/** A program of the very version that its tag says: another would be tested than is released. */
function published(name: ToolName, entrypoint: string): Recipe {
  const make = goProgram(name, { Entrypoint: [entrypoint] });
  return (reference, progress) => {
    const version = toolVersion(name);
    // The published image is on Google's smallest base; this one is on none.
    const [tagged = ""] = reference.split("@");
    if (!tagged.replace(/-distroless$/, "").endsWith(`:${version}`))
      throw new UsageError(`${reference}: the pinned ${name} is ${version}, pin the released one`);
    return make(reference, progress);
  };
}

/** Stands in for Grafana, which is neither a module of Go's proxy nor a package of Debian. */
async function grafana(reference: string, progress: Progress): Promise<Image> {
  return programImage(
    reference,
    {
      base: await base(progress),
      files: { "/app/grafana.cjs": path.join(__dirname, "grafana-stand-in.cjs") },
      config: {
        Entrypoint: ["node", "/app/grafana.cjs"],
        Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        Labels: standIn("for Grafana: answers its health check, and a scrape with no figures"),
        User: "472:472",
      },
    },
    progress,
  );
}

function standIn(text: string): Record<string, string> {
  return { "mini-xdr.stand-in": text };
}
