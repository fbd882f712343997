import { hold, series, type Table } from "./case";

interface Seen {
  /** How the node reports: 1 while it is ready. */
  ready: string;
  /** Whether the control plane still hears of it: 1 while it does not. */
  unknown?: string;
  /** Its deletion was asked for. */
  deleted?: string;
  /** Absent where nobody labelled it. */
  zone?: string;
  labels?: Record<string, string>;
}

/** What kube-state-metrics tells of a node. */
function node(name: string, { ready, unknown, deleted, zone, labels }: Seen) {
  const all = { node: name, instance: "a", ...labels };
  const condition = (kind: string, status: string) =>
    series("kube_node_status_condition", { ...all, condition: kind, status });
  const gone = { condition: "Ready", status: "unknown" };
  return {
    [condition("Ready", "true")]: ready,
    // A node that is short of memory is ready all the same.
    [condition("MemoryPressure", "true")]: hold([40, 1]),
    ...(unknown && { [series("kube_node_status_condition", { ...all, ...gone })]: unknown }),
    ...(deleted && { [series("kube_node_deletion_timestamp", all)]: deleted }),
    [series("kube_node_labels", {
      ...all,
      ...(zone && { label_topology_kubernetes_io_zone: zone }),
    })]: present(ready),
  };
}

/** 1 wherever there is a value at all. */
function present(values: string): string {
  return values
    .split(" ")
    .map((value) => (value === "_" || value === "stale" ? value : "1"))
    .join(" ");
}

const always = hold([40, 1]);
const never = hold([40, 0]);
const lost = hold([10, 1], [30, 0]);
const unheard = hold([10, 0], [30, 1]);
const back = hold([20, 0], [20, 1]);
/** The last words of a kube-state-metrics whose replacement knows better. */
const second = { instance: "b" };

/** So many nodes with that beginning, all alike, in the zone of that name. */
function nodes(prefix: string, count: number, seen: Seen): Record<string, string> {
  const zone = prefix;
  return Object.assign(
    {},
    ...Array.from({ length: count }, (_, index) =>
      node(`${prefix}${index + 1}`, { zone, ...seen }),
    ),
  );
}

/** Auto Mode drains it: deletion is asked for, then the machine ends, then its Node goes. */
const drained: Seen = {
  ready: hold([10, 1], [5, 0], [25, "gone"]),
  unknown: hold([10, 0], [5, 1], [25, "gone"]),
  deleted: hold([8, "_"], [7, 1_790_000_000], [25, "gone"]),
};
/** Somebody ended the machine: AWS's controller removes its Node at once. */
const removed: Seen = { ready: hold([10, 1], [30, "gone"]) };
/** A node that joins is ready within a minute. */
const joining = "_ _ _ _ 0 0 1 1 1 1 1 1";

/** Of what is recorded: a mistake that changes nothing for an alert that only asks for 0. */
const joined = {
  "node_zone:kube_node_ready:max: * → /": "the divisor is 1: only labels are joined",
};

const api = (labels = {}) => series("up", { job: "apiserver", instance: "a", ...labels });
const answers = { [api()]: always };

export const clusterLost: Table = {
  alert: "ClusterLost",
  says: "45.45% of the nodes are ready, or no control plane answers.",
  kinds: {
    fires: {
      // Five of eleven are left; another on its way out counts for nothing.
      series: {
        ...answers,
        ...nodes("a", 5, { ready: always }),
        ...nodes("a", 5, { ready: always, labels: second }),
        ...nodes("b", 6, { ready: lost, unknown: unheard }),
        ...node("c1", { ready: always, zone: "c", deleted: hold([40, 1_790_000_000]) }),
      },
      quiet: ["9m30s", "10m30s"],
      fires: ["11m", "39m"],
    },
    below: {
      // Exactly half; where the node is that says nothing of its zone, nobody knows.
      series: {
        ...answers,
        ...node("x1", { ready: never, unknown: always }),
        ...nodes("a", 2, { ready: always }),
        ...nodes("a", 2, { ready: never, labels: second }),
        ...nodes("b", 2, { ready: never, unknown: always }),
      },
      quiet: ["2m", "39m"],
    },
    resolves: {
      series: {
        ...answers,
        ...nodes("a", 1, { ready: always }),
        ...nodes("b", 2, { ready: back }),
      },
      fires: ["1m", "19m30s"],
      quiet: ["20m", "39m"],
    },
    nan: {
      series: { ...answers, ...nodes("a", 3, { ready: hold([40, "NaN"]) }) },
      quiet: ["2m", "39m"],
    },
    // Nobody has asked a control plane yet.
    absent: {
      series: { [api({ job: "kubelet" })]: never, ...nodes("a", 3, { ready: always }) },
      quiet: ["30s", "1m", "39m"],
    },
    churn: {
      // Most nodes are replaced at once, some drained and some ended.
      series: {
        ...answers,
        ...nodes("a", 1, { ready: always }),
        ...nodes("b", 3, drained),
        ...nodes("c", 3, removed),
        ...node("d1", { ready: joining, zone: "d" }),
        ...node("d2", { ready: joining, zone: "d" }),
      },
      quiet: ["3m", "9m30s", "12m", "14m30s", "16m", "39m"],
    },
    born: {
      series: { ...answers, ...nodes("a", 1, { ready: hold([10, "_"], [30, 0]) }) },
      quiet: ["10m30s"],
      fires: ["11m"],
    },
  },
  equivalent: {
    ...joined,
    "node_zone:kube_node_ready:max: without label_topology_kubernetes_io_zone of (label_topology_kubernetes_io_zone)":
      "the zone of a node is no matter",
    "node_zone:kube_node_ready:max: without label_topology_kubernetes_io_zone of (node, label_topology_kubernetes_io_zone)":
      "the zone of a node is no matter",
    "node_zone:kube_node_ready:max: without zone of (node, zone)":
      "the zone of a node is no matter",
  },
  more: [
    {
      title: "one address of the control plane answers",
      series: {
        ...nodes("a", 3, { ready: always }),
        [api()]: lost,
        [api({ instance: "b" })]: hold([10, 0], [30, 1]),
      },
      quiet: ["9m30s", "12m", "39m"],
    },
    {
      title: "no address of the control plane answers",
      series: { ...nodes("a", 3, { ready: always }), [api()]: hold([10, 1], [10, 0], [20, 1]) },
      quiet: ["9m30s", "10m30s"],
      fires: ["11m", "19m30s"],
    },
  ],
};

export const zoneLost: Table = {
  alert: "ZoneLost",
  labels: { zone: "b" },
  says: "0 of its nodes are ready. The others carry on; a second zone would not be borne.",
  kinds: {
    fires: {
      series: {
        ...nodes("a", 2, { ready: always }),
        ...nodes("b", 2, { ready: lost, unknown: unheard }),
        ...node("c1", { ready: lost, zone: "c" }),
        ...node("c2", { ready: always, zone: "c" }),
        // Nobody knows where this one is.
        ...node("x1", { ready: never, unknown: always }),
      },
      quiet: ["9m30s", "10m30s"],
      fires: ["11m", "39m"],
    },
    below: {
      // One of its nodes is left, or kube-state-metrics' last word is not the newest.
      series: {
        ...node("b1", { ready: lost, unknown: unheard, zone: "b" }),
        ...node("b2", { ready: always, zone: "b" }),
        ...node("c1", { ready: never, zone: "c" }),
        ...node("c1", { ready: always, zone: "c", labels: second }),
      },
      quiet: ["2m", "12m", "39m"],
    },
    resolves: {
      series: { ...nodes("a", 1, { ready: always }), ...nodes("b", 1, { ready: back }) },
      fires: ["1m", "19m30s"],
      quiet: ["20m", "39m"],
    },
    nan: { series: nodes("b", 1, { ready: hold([40, "NaN"]) }), quiet: ["2m", "39m"] },
    absent: { series: {}, quiet: ["2m"] },
    churn: {
      // Consolidation: the only node of each zone is drained, and another has come before.
      series: {
        ...nodes("a", 1, drained),
        ...nodes("b", 1, drained),
        ...node("b2", { ready: joining, zone: "b" }),
        ...nodes("c", 1, removed),
      },
      quiet: ["3m", "9m30s", "12m", "14m30s", "16m", "39m"],
    },
    born: {
      series: nodes("b", 1, { ready: hold([10, "_"], [30, 0]) }),
      quiet: ["10m30s"],
      fires: ["11m"],
    },
  },
  more: [
    {
      title: "one of its nodes is being drained, the last other one is lost",
      series: {
        ...node("b1", { ready: always, zone: "b", deleted: hold([40, 1_790_000_000]) }),
        ...node("b2", { ready: lost, unknown: unheard, zone: "b" }),
      },
      quiet: ["10m30s"],
      fires: ["11m", "39m"],
    },
  ],
  equivalent: {
    ...joined,
    'node_zone:kube_node_ready:max: max by (node, zone) (label_replace((kube…zone", "(.+)")) → (label_replace((kube_node_status_conditi…zone", "(.+)"))':
      "the greatest of a zone's greatest is the greatest of all",
    "node_zone:kube_node_ready:max: without node of (node, zone)":
      "the greatest of a zone's greatest is the greatest of all",
  },
};

export const nodeLost: Table = {
  alert: "NodeLost",
  labels: { node: "b1", zone: "b" },
  says: "0 of 1: its pods are started elsewhere, and Auto Mode replaces it.",
  kinds: {
    fires: {
      series: {
        ...nodes("a", 2, { ready: always }),
        ...node("b1", { ready: lost, unknown: unheard, zone: "b" }),
        ...node("b1", { ready: lost, unknown: unheard, zone: "b", labels: second }),
        ...node("b2", { ready: always, zone: "b" }),
        ...node("b3", { ready: always, zone: "b", deleted: hold([40, 1_790_000_000]) }),
        ...node("x1", { ready: never, unknown: always }),
      },
      quiet: ["9m30s", "10m30s"],
      fires: ["11m", "39m"],
    },
    below: {
      // A kubelet that is restarted, and a last word that is not the newest.
      series: {
        ...node("b1", { ready: `1 1 1 1 0 0 ${always}`, zone: "b" }),
        ...node("b2", { ready: never, zone: "b" }),
        ...node("b2", { ready: always, zone: "b", labels: second }),
      },
      quiet: ["2m", "2m30s", "3m", "39m"],
    },
    resolves: {
      series: nodes("b", 1, { ready: back, unknown: hold([20, 1], [20, 0]) }),
      fires: ["1m", "19m30s"],
      quiet: ["20m", "39m"],
    },
    nan: { series: nodes("b", 1, { ready: hold([40, "NaN"]) }), quiet: ["2m", "39m"] },
    absent: { series: {}, quiet: ["2m"] },
    churn: {
      series: {
        ...nodes("a", 2, drained),
        ...nodes("b", 1, removed),
        ...node("c1", { ready: joining, zone: "c" }),
      },
      quiet: ["2m30s", "3m", "9m30s", "12m", "14m30s", "16m", "39m"],
    },
    born: {
      // A node that joins and never becomes ready.
      series: nodes("b", 1, { ready: hold([10, "_"], [30, 0]) }),
      quiet: ["10m30s"],
      fires: ["11m"],
    },
  },
  equivalent: joined,
};
