/** Kinds that the charts and the program use beside Kubernetes' own, by API group and version. */
const kinds: [group: string, version: string, scope: "Namespaced" | "Cluster", kind: string][] = [
  ["monitoring.coreos.com", "v1", "Namespaced", "ServiceMonitor"],
  ["monitoring.coreos.com", "v1", "Namespaced", "PodMonitor"],
  ["monitoring.coreos.com", "v1", "Namespaced", "PrometheusRule"],
  ["monitoring.coreos.com", "v1", "Namespaced", "Probe"],
  ["eks.amazonaws.com", "v1", "Namespaced", "TargetGroupBinding"],
  ["eks.amazonaws.com", "v1", "Cluster", "NodeClass"],
  ["karpenter.sh", "v1", "Cluster", "NodePool"],
];

/**
 * Custom resource definitions in a minimal form: they take any content. No controller acts on
 * them here; what they hold is not checked.
 *
 * @param brought names of definitions that a release will bring: those are left to it.
 */
export function customResourceDefinitions(brought: string[] = []) {
  const all = kinds.map(([group, version, scope, kind]) => {
    const plural = kind === "NodeClass" ? "nodeclasses" : `${kind.toLowerCase()}s`;
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope,
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        ],
      },
    };
  });
  return all.filter(({ metadata }) => !brought.includes(metadata.name));
}
