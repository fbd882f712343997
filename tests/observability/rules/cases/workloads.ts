import { hold, series, type Table } from "./case";

const ours = { namespace: "mini-xdr" };
const other = { namespace: "other" };
/** The series of a second kube-state-metrics, while one replaces another. */
const second = { instance: "b" };

const container = { ...ours, pod: "backend-1", container: "backend" };
const restarts = (labels = {}) =>
  series("kube_pod_container_status_restarts_total", { ...container, instance: "a", ...labels });

/** Where its pods are, as two of kube-state-metrics tell it; another namespace has pods of their names. */
const onNodes = Object.fromEntries(
  ["backend-1", "backend-2", "backend-3"].flatMap((pod) =>
    [{}, second, other].map((labels) => [
      series("kube_pod_info", { ...ours, pod, node: "a1", instance: "a", ...labels }),
      hold([80, 1]),
    ]),
  ),
);

export const podCrashLooping: Table = {
  alert: "PodCrashLooping",
  labels: { ...container, node: "a1" },
  says: "Its container backend restarted 3 times within half an hour.",
  kinds: {
    fires: {
      series: {
        ...onNodes,
        [restarts()]: hold([10, 0], [1, 1], [1, 2], [28, 3]),
        [restarts(second)]: hold([40, 3]),
        [restarts(other)]: hold([10, 0], [1, 1], [1, 2], [1, 3], [27, 4]),
      },
      quiet: ["10m30s", "16m30s"],
      fires: ["17m", "24m"],
    },
    // One restart is no loop, nor are two.
    below: {
      series: {
        ...onNodes,
        [restarts()]: hold([10, 0], [30, 1]),
        [restarts({ pod: "backend-2" })]: hold([10, 0], [1, 1], [29, 2]),
      },
      quiet: ["11m", "16m30s", "39m"],
    },
    resolves: {
      series: { ...onNodes, [restarts()]: hold([10, 0], [1, 1], [1, 2], [48, 3]) },
      fires: ["17m", "38m"],
      quiet: ["41m", "59m"],
    },
    nan: { series: { ...onNodes, [restarts()]: hold([40, "NaN"]) }, quiet: ["20m", "39m"] },
    absent: { series: {}, quiet: ["6m"] },
    churn: {
      // Pods are replaced by new ones: none of them is restarted.
      series: {
        ...onNodes,
        [restarts()]: hold([10, 0], [30, "gone"]),
        [restarts({ pod: "backend-2" })]: hold([10, "_"], [10, 0], [20, "gone"]),
        [restarts({ pod: "backend-3" })]: hold([20, "_"], [20, 0]),
      },
      quiet: ["11m", "25m", "39m"],
    },
    born: {
      // Restarts of a time before it was seen.
      series: { ...onNodes, [restarts()]: hold([10, "_"], [30, 7]) },
      quiet: ["11m", "16m", "39m"],
    },
  },
  equivalent: { "* → /": "the divisor is 1: only labels are joined" },
  more: [
    {
      title: "a loop at the kubelet's longest wait, of a container that lives for two minutes",
      series: { ...onNodes, [restarts()]: hold([10, 0], [7, 1], [7, 2], [7, 3], [7, 4], [7, 5]) },
      quiet: ["28m"],
      fires: ["29m30s", "35m", "44m"],
    },
    {
      title: "three restarts, 20 minutes apart",
      series: { ...onNodes, [restarts()]: hold([10, 0], [20, 1], [20, 2], [20, 3]) },
      quiet: ["31m", "56m", "69m"],
    },
  ],
};

const deployment = { ...ours, deployment: "mini-xdr-backend" };
const statefulset = { namespace: "monitoring", statefulset: "prometheus" };
const desired = (labels = {}) =>
  series("kube_deployment_spec_replicas", { ...deployment, instance: "a", ...labels });
const available = (labels = {}) =>
  series("kube_deployment_status_replicas_available", { ...deployment, instance: "a", ...labels });
const desiredSet = (labels = {}) =>
  series("kube_statefulset_replicas", { ...statefulset, instance: "a", ...labels });
const availableSet = (labels = {}) =>
  series("kube_statefulset_status_replicas_available", {
    ...statefulset,
    instance: "a",
    ...labels,
  });

export const replicasBelowDesired: Table = {
  alert: "ReplicasBelowDesired",
  says: "1 of its pods have been missing or not ready for ten minutes.",
  kinds: {
    fires: {
      series: {
        [desired()]: hold([40, 3]),
        [available()]: hold([10, 3], [30, 2]),
        [desired(second)]: hold([40, 3]),
        [available(second)]: hold([40, 3]),
        [desired(other)]: hold([40, 3]),
        [available(other)]: hold([40, 0]),
      },
      quiet: ["9m", "19m30s"],
      fires: ["20m", "39m"],
      with: [deployment],
    },
    below: {
      series: {
        [desired()]: hold([40, 3]),
        [available()]: hold([40, 3]),
        [desiredSet()]: hold([40, 3]),
        [availableSet()]: hold([40, 3]),
      },
      quiet: ["11m", "39m"],
    },
    resolves: {
      series: { [desired()]: hold([40, 3]), [available()]: hold([20, 1], [20, 3]) },
      fires: ["10m", "19m30s"],
      with: [deployment],
      quiet: ["20m", "39m"],
    },
    nan: {
      series: { [desired()]: hold([40, "NaN"]), [available()]: hold([40, "NaN"]) },
      quiet: ["11m", "39m"],
    },
    absent: { series: { [desired()]: hold([40, 3]) }, quiet: ["11m", "39m"] },
    churn: {
      // A rollout takes a pod, and gives it back, every few minutes.
      series: {
        [desired()]: hold([40, 3]),
        [available()]: hold([5, 3], [5, 2], [5, 3], [5, 2], [20, 3]),
      },
      quiet: ["9m", "16m", "19m", "39m"],
    },
    born: {
      series: {
        [desired()]: hold([10, "_"], [30, 3]),
        [available()]: hold([10, "_"], [30, 0]),
      },
      quiet: ["19m30s"],
      fires: ["20m"],
      with: [deployment],
    },
  },
  more: [
    {
      title: "a StatefulSet lacks a pod",
      series: {
        [desiredSet()]: hold([40, 3]),
        [availableSet()]: hold([10, 3], [30, 2]),
        [desiredSet(second)]: hold([40, 3]),
        [availableSet(second)]: hold([40, 3]),
        [desiredSet(other)]: hold([40, 3]),
        [availableSet(other)]: hold([40, 0]),
      },
      quiet: ["19m30s"],
      fires: ["20m", "39m"],
      with: [statefulset],
    },
    {
      title: "both lack two",
      series: {
        [desired()]: hold([40, 3]),
        [available()]: hold([40, 1]),
        [desiredSet()]: hold([40, 3]),
        [availableSet()]: hold([40, 1]),
      },
      fires: ["10m", "39m"],
      with: [deployment, statefulset],
    },
  ],
};

const budget = { ...ours, poddisruptionbudget: "mini-xdr-backend" };
/** A budget: how many evictions it allows, how many pods are healthy and how many there should be. */
function budgets(
  [allowed, healthy, expected]: [string, string, string],
  labels = {},
): Record<string, string> {
  const all = { ...budget, instance: "a", ...labels };
  return {
    [series("kube_poddisruptionbudget_status_pod_disruptions_allowed", all)]: allowed,
    [series("kube_poddisruptionbudget_status_current_healthy", all)]: healthy,
    [series("kube_poddisruptionbudget_status_expected_pods", all)]: expected,
  };
}

export const disruptionBudgetAtLimit: Table = {
  alert: "DisruptionBudgetAtLimit",
  labels: budget,
  says: "Only 2 are healthy: the next loss hurts, and no node of theirs drains.",
  valued: true,
  kinds: {
    fires: {
      series: {
        ...budgets([hold([10, 1], [30, 0]), hold([10, 3], [30, 2]), hold([40, 3])]),
        ...budgets([hold([10, 1], [30, 0]), hold([10, 3], [30, 1]), hold([40, 3])], second),
        ...budgets([hold([40, 0]), hold([40, 2]), hold([40, 3])], other),
      },
      quiet: ["9m", "24m30s"],
      fires: ["25m", "39m"],
      value: "2",
    },
    below: {
      series: budgets([hold([40, 1]), hold([40, 3]), hold([40, 3])]),
      quiet: ["16m", "39m"],
    },
    resolves: {
      series: budgets([hold([20, 0], [20, 1]), hold([20, 2], [20, 3]), hold([40, 3])]),
      fires: ["15m", "19m30s"],
      value: "2",
      quiet: ["20m", "39m"],
    },
    nan: {
      series: budgets([hold([40, "NaN"]), hold([40, "NaN"]), hold([40, "NaN"])]),
      quiet: ["16m", "39m"],
    },
    absent: { series: {}, quiet: ["16m"] },
    churn: {
      // A rollout: each pod that goes takes the budget for a few minutes.
      series: budgets([hold([5, 0], [5, 1], [10, 0], [20, 1]), hold([40, 2]), hold([40, 3])]),
      quiet: ["4m", "16m", "19m", "39m"],
    },
    born: {
      series: budgets([hold([10, "_"], [30, 0]), hold([10, "_"], [30, 0]), hold([40, 1])]),
      quiet: ["24m30s"],
      fires: ["25m"],
      value: "0",
    },
  },
  more: [
    {
      title: "a budget of nothing: its workload is scaled to none",
      series: budgets([hold([40, 0]), hold([40, 0]), hold([40, 0])]),
      quiet: ["16m", "39m"],
    },
  ],
};

const workload = { ...ours, workload: "backend" };
const zones = ["a", "b", "c"];

/** A ready pod of the revision `backend-HASH` on the node of that name, in the zone that begins it. */
function placed(
  pod: string,
  node: string,
  {
    ready = true,
    labels = {},
    values = hold([40, 1]),
  }: { ready?: boolean; labels?: Record<string, string>; values?: string } = {},
): Record<string, string> {
  const identity = { ...ours, pod, instance: "a", ...labels };
  const flag = (condition: string, value: boolean) => ({
    [series("kube_pod_status_ready", {
      namespace: identity.namespace,
      pod,
      instance: identity.instance,
      condition,
    })]: value ? values : values.replaceAll("1", "0"),
  });
  return {
    [series("kube_pod_info", {
      created_by_kind: "ReplicaSet",
      created_by_name: "backend-5d4f",
      node,
      ...identity,
    })]: values,
    ...flag("true", ready),
    ...flag("false", !ready),
  };
}

const nodes = Object.fromEntries(
  zones.flatMap((zone) =>
    ["1", "2", "3"].flatMap((number) =>
      ["a", "b"].map((instance) => [
        series("kube_node_labels", {
          node: `${zone}${number}`,
          instance,
          label_topology_kubernetes_io_zone: `zone-${zone}`,
        }),
        hold([40, 1]),
      ]),
    ),
  ),
);

const balanced = { ...placed("p1", "a1"), ...placed("p2", "b1"), ...placed("p3", "c1") };

export const zoneImbalance: Table = {
  alert: "ZoneImbalance",
  labels: workload,
  says: "66.67% of its pods are in one zone: its loss would leave less than half.",
  kinds: {
    fires: {
      // Two of three in one zone, on one node even; the revision of one differs.
      series: {
        ...nodes,
        ...placed("p1", "a1"),
        ...placed("p2", "a1", { labels: { created_by_name: "backend-77aa" } }),
        ...placed("p3", "b1"),
        ...placed("p3", "b1", { labels: second }),
      },
      quiet: ["14m30s"],
      fires: ["15m", "39m"],
    },
    below: {
      // Exactly half: two, one, one.
      series: { ...nodes, ...balanced, ...placed("p4", "a2") },
      quiet: ["16m", "39m"],
    },
    resolves: {
      series: {
        ...nodes,
        ...placed("p1", "a1"),
        ...placed("p2", "a2", { values: hold([20, 1], [20, "gone"]) }),
        ...placed("p3", "b1"),
        ...placed("p4", "c1", { values: hold([20, "_"], [20, 1]) }),
      },
      fires: ["15m", "19m30s"],
      quiet: ["20m", "39m"],
    },
    nan: {
      series: { ...nodes, ...balanced, ...placed("p1", "a1", { values: hold([40, "NaN"]) }) },
      quiet: ["16m", "39m"],
    },
    // Without the zone of nodes there is nothing to say.
    absent: { series: balanced, quiet: ["16m"] },
    churn: {
      // A rollout moves every pod, each to its own zone.
      series: {
        ...nodes,
        ...Object.fromEntries(
          zones.flatMap((zone) =>
            Object.entries({
              ...placed(`old-${zone}`, `${zone}1`, { values: hold([20, 1], [20, "gone"]) }),
              ...placed(`new-${zone}`, `${zone}2`, { values: hold([18, "_"], [22, 1]) }),
            }),
          ),
        ),
      },
      quiet: ["16m", "19m", "39m"],
    },
    born: {
      series: {
        ...nodes,
        ...placed("p1", "a1", { values: hold([10, "_"], [30, 1]) }),
        ...placed("p2", "a2", { values: hold([10, "_"], [30, 1]) }),
        ...placed("p3", "a3", { values: hold([10, "_"], [30, 1]) }),
      },
      quiet: ["24m30s"],
      fires: ["25m"],
    },
  },
  more: [
    {
      title: "two pods say little",
      series: { ...nodes, ...placed("p1", "a1"), ...placed("p2", "a2") },
      quiet: ["16m"],
    },
    {
      title: "more than half, and not by much",
      series: {
        ...nodes,
        ...Object.fromEntries(
          ["a1", "a2", "a3", "a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2"].flatMap(
            (node, index) => Object.entries(placed(`p${index}`, node)),
          ),
        ),
        ...placed("p12", "c2", { ready: false }),
        ...placed("p11", "a1", { labels: { namespace: "database" } }),
      },
      fires: ["15m"],
    },
    {
      title: "a pod that is not ready counts nowhere, whoever else has its name",
      series: {
        ...nodes,
        ...balanced,
        ...placed("p4", "a2", { ready: false }),
        ...placed("p5", "a3", { ready: false }),
        ...placed("p4", "a2", { labels: other }),
        ...placed("p5", "a3", { labels: other }),
      },
      quiet: ["16m"],
    },
    {
      title: "neither other namespaces nor other kinds count, nor other workloads",
      series: {
        ...nodes,
        ...balanced,
        ...placed("q1", "a1", { labels: other }),
        ...placed("q2", "a2", { labels: other }),
        ...placed("q3", "a3", { labels: other }),
        ...placed("j1", "a1", { labels: { created_by_kind: "Job" } }),
        ...placed("j2", "a2", { labels: { created_by_kind: "Job" } }),
        ...placed("j3", "a3", { labels: { created_by_kind: "Job" } }),
        ...placed("r1", "a1", { labels: { namespace: "database", created_by_name: "pooler-1" } }),
        ...placed("r2", "b1", { labels: { namespace: "database", created_by_name: "pooler-1" } }),
        ...placed("r3", "c1", { labels: { namespace: "database", created_by_name: "pooler-1" } }),
        ...placed("f1", "a1", { labels: { created_by_name: "frontend-1" } }),
        ...placed("f2", "a2", { labels: { created_by_name: "frontend-1" } }),
      },
      quiet: ["16m"],
    },
  ],
  equivalent: {
    "namespace_workload_zone:kube_pod_ready:count: * → /":
      "both sides are 1: only labels are joined",
  },
};
