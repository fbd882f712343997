import { edits, type Edit } from "../edit";
import { backend, platform, release, watching } from "../files";

export const deployed: Edit[] = [
  ...edits("deployed", "charts/mini-xdr/templates/pod-disruption-budget.yaml", [
    [
      "budgets that an upgrade removes",
      /^([^]*)$/,
      "{{- if .Release.IsInstall }}\n$1\n{{- end }}\n",
    ],
  ]),
  ...edits("deployed", "charts/mini-xdr/templates/horizontal-pod-autoscaler.yaml", [
    [
      "autoscalers that go where something is found",
      /^([^]*)$/,
      '{{- if not (lookup "v1" "Namespace" "" "mini-xdr") }}\n$1\n{{- end }}\n',
    ],
  ]),
  ...edits("deployed", watching, [
    [
      "manifests of the chart's own",
      "          grafana: this.grafana(),",
      '          grafana: this.grafana(),\n          extraManifests: [{ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "cheap" }, spec: { hard: { pods: "3" } } }],',
    ],
    ["definitions with the release", "crds: { enabled: false }", "crds: { enabled: true }"],
  ]),
  ...edits("deployed", platform, [
    [
      "a chart from the internet",
      "...this.args.metricsServer,",
      'chart: "oci://ghcr.io/mini-xdr/charts/metrics-server", version: "3.13.0",',
    ],
    ["an image that the chart pulls from the internet", / {10}image: \{[^]*?\n {10}\},\n/, ""],
  ]),
  ...edits("deployed", release, [
    [
      "charts of their publishers' repository",
      "      values: spec.values,",
      '      repositoryOpts: { repo: "https://prometheus-community.github.io/helm-charts" },\n      values: spec.values,',
    ],
  ]),
  ...edits("deployed", "components/registry.ts", [
    ["charts of another account", "`${args.accountId}.dkr", "`210987654321.dkr"],
    [
      "a chart that is not pinned by the list",
      "return { chart: pulumi.interpolate`oci://${this.host}/${path}`, version };",
      'return { chart: pulumi.interpolate`oci://${this.host}/${path}`, version: "1.0.0" };',
    ],
  ]),
  ...edits("deployed", "upstream/pins.json", [
    ["a version that nobody has looked at", '"version": "3.13.0"', '"version": "3.12.0"'],
    ["another image of the same name", '"tag": "v0.34.0"', '"tag": "v0.33.0"'],
  ]),
  ...edits("deployed", watching, [
    [
      "images of the charts' own registries",
      "          global: { imageRegistry: this.args.registry },\n",
      "",
    ],
    ["a sidecar that nobody mirrors", '        image: copyOf("k8s-sidecar"),\n', ""],
    ["an image that helm test pulls", "      testFramework: { enabled: false },\n", ""],
  ]),
  ...edits("deployed", backend, [
    [
      "an image of another registry",
      '{{ include "mini-xdr.image" .Values.backend.image }}',
      "docker.io/minixdr/backend:1.0.0",
    ],
  ]),
  ...edits("deployed", "charts/pgbouncer/templates/_helpers.tpl", [
    [
      "a selector that Kubernetes refuses to change",
      "app.kubernetes.io/instance: {{ .Release.Name }}\n",
      "app.kubernetes.io/instance: {{ .Release.Name }}\napp.kubernetes.io/version: {{ .Values.image.tag | quote }}\n",
    ],
  ]),
  ...edits("deployed", "charts/mini-xdr/Chart.yaml", [
    [
      "a chart within the chart",
      /$/,
      "\ndependencies:\n  - { name: redis, version: 20.0.0, repository: https://charts.bitnami.com/bitnami }\n",
    ],
  ]),
  ...edits("deployed", "charts/pgbouncer/files/reconnect.sh", [
    ["a watcher that looks once an hour", "sleep 1", "sleep 3600"],
  ]),
];
