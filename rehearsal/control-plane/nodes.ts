/** Nodes per zone: enough that a drained node's pods find another one in the same zone. */
const nodesPerZone = 2;

/**
 * Six nodes over three zones, as the API server sees them. They are kwok's: they take pods without
 * running them.
 *
 * The first zone's nodes are twice as large, so that a scheduler free to choose puts everything
 * there: only what a chart requires keeps replicas apart.
 */
export function nodes(zones: string[]) {
  return zones.flatMap((zone, index) =>
    Array.from({ length: nodesPerZone }, (_, node) =>
      nodeOf(zone, `${zone}-${node + 1}`, index === 0 ? 2 : 1),
    ),
  );
}

function nodeOf(zone: string, name: string, size: number) {
  const resources = { cpu: `${8 * size}`, memory: `${32 * size}Gi`, pods: "110" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": zone.replace(/[a-z]$/, ""),
        "topology.kubernetes.io/zone": zone,
      },
    },
    status: { allocatable: resources, capacity: resources },
  };
}
