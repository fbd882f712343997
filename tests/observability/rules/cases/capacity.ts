import { hold, series, type Table } from "./case";

const unschedulable = (pod: string, more: Record<string, string> = {}) =>
  series("kube_pod_status_unschedulable", { namespace: "mini-xdr", instance: "a", pod, ...more });

export const nodePoolAtLimit: Table = {
  alert: "NodePoolAtLimit",
  labels: { namespace: "mini-xdr" },
  says: "2 of them have waited for ten minutes, while Auto Mode adds a node within about one.",
  valued: true,
  kinds: {
    fires: {
      // One of them is told twice, while one kube-state-metrics replaces another.
      series: {
        [unschedulable("a")]: hold([10, "_"], [20, 1]),
        [unschedulable("a", { instance: "b" })]: hold([10, "_"], [20, 1]),
        [unschedulable("b")]: hold([10, "_"], [20, 1]),
        [unschedulable("c")]: hold([10, "_"], [20, 0]),
        [unschedulable("a", { namespace: "other" })]: hold([30, 1]),
      },
      quiet: ["9m", "19m30s"],
      fires: ["20m", "29m"],
      value: "2",
    },
    below: {
      // Nodes come within five minutes.
      series: { [unschedulable("a")]: hold([5, 1], [5, "gone"], [5, 1], [15, "gone"]) },
      quiet: ["4m", "6m", "14m", "29m"],
    },
    resolves: {
      series: { [unschedulable("a")]: hold([15, 1], [15, "gone"]) },
      fires: ["10m", "14m30s"],
      quiet: ["15m", "29m"],
      value: "1",
    },
    nan: { series: { [unschedulable("a")]: hold([30, "NaN"]) }, quiet: ["29m"] },
    absent: { series: {}, quiet: ["11m"] },
    churn: {
      // A Deployment's pods are replaced, and the new ones find no node either.
      series: {
        [unschedulable("a")]: hold([10, 1], [20, "gone"]),
        [unschedulable("b")]: hold([10, "_"], [20, 1]),
      },
      fires: ["10m", "29m"],
      value: "1",
    },
    born: {
      series: { [unschedulable("a")]: hold([10, "_"], [20, 1]) },
      quiet: ["19m"],
      fires: ["20m"],
      value: "1",
    },
  },
};

const claim = { namespace: "monitoring", persistentvolumeclaim: "prometheus-0" };
const capacity = (labels = {}) =>
  series("kubelet_volume_stats_capacity_bytes", { ...claim, node: "a", ...labels });
const free = (labels = {}) =>
  series("kubelet_volume_stats_available_bytes", { ...claim, node: "a", ...labels });
const elsewhere = { namespace: "other" };

export const volumeFilling: Table = {
  alert: "VolumeFilling",
  labels: claim,
  says: "9.5% of it is free.",
  kinds: {
    fires: {
      // Its node was lost; for a while the old one's last word is there too.
      series: {
        [capacity()]: hold([40, 1000]),
        [free()]: hold([10, 200], [30, 95]),
        [capacity({ node: "b" })]: hold([40, 1000]),
        [free({ node: "b" })]: hold([40, 200]),
        [capacity(elsewhere)]: hold([40, 1000]),
        [free(elsewhere)]: hold([40, 0]),
      },
      quiet: ["9m", "24m30s"],
      fires: ["25m", "39m"],
    },
    below: {
      series: { [capacity()]: hold([30, 1000]), [free()]: hold([30, 100]) },
      quiet: ["16m", "29m"],
    },
    resolves: {
      series: { [capacity()]: hold([20, 1000], [20, 2000]), [free()]: hold([20, 50], [20, 1050]) },
      fires: ["15m", "19m30s"],
      quiet: ["20m", "39m"],
    },
    nan: {
      // A volume that is not formatted yet: 0/0.
      series: { [capacity()]: hold([30, 0]), [free()]: hold([30, 0]) },
      quiet: ["16m", "29m"],
    },
    absent: { series: {}, quiet: ["16m"] },
    churn: {
      // Its pod is started on another node.
      series: {
        [capacity()]: hold([20, 1000], [20, "gone"]),
        [free()]: hold([20, 50], [20, "gone"]),
        [capacity({ node: "b" })]: hold([20, "_"], [20, 1000]),
        [free({ node: "b" })]: hold([20, "_"], [20, 50]),
      },
      fires: ["15m", "20m", "39m"],
    },
    born: {
      series: { [capacity()]: hold([10, "_"], [30, 1000]), [free()]: hold([10, "_"], [30, 1]) },
      quiet: ["24m30s"],
      fires: ["25m"],
    },
  },
};
