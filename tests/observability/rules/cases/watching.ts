import { hold, series, type Table } from "./case";

const always = { series: {}, fires: ["0m", "30s", "60m"] };

export const watchdog: Table = {
  alert: "Watchdog",
  says: "Always 1. Its silence is the alert.",
  // It watches nothing: whatever there is, it fires.
  kinds: {
    fires: always,
    below: always,
    resolves: always,
    nan: always,
    absent: always,
    churn: always,
    born: always,
  },
  equivalent: {
    "1 → 2": "it fires with any value",
    "1 → 0": "it fires with any value",
  },
};

const up = (job: string, instance = "a") => series("up", { job, instance });

export const kubeStateMetricsDown: Table = {
  alert: "KubeStateMetricsDown",
  says: "1 of 1: every alert on them has been blind for ten minutes.",
  kinds: {
    fires: {
      series: {
        [up("kube-state-metrics")]: hold([10, 1], [30, 0]),
        [up("kubelet")]: hold([40, 1]),
      },
      quiet: ["9m30s", "19m30s"],
      fires: ["20m", "39m"],
    },
    below: {
      series: {
        [up("kube-state-metrics")]: hold([30, 0]),
        [up("kube-state-metrics", "b")]: hold([30, 1]),
      },
      quiet: ["11m", "29m"],
    },
    resolves: {
      series: { [up("kube-state-metrics")]: hold([20, 0], [20, 1]) },
      fires: ["10m", "19m30s"],
      quiet: ["20m", "39m"],
    },
    nan: { series: { [up("kube-state-metrics")]: hold([30, "NaN"]) }, fires: ["10m", "29m"] },
    absent: { series: {}, quiet: ["9m30s"], fires: ["10m"] },
    churn: {
      series: {
        [up("kube-state-metrics")]: hold([10, 1], [20, "gone"]),
        [up("kube-state-metrics", "b")]: hold([12, "_"], [18, 1]),
      },
      quiet: ["9m", "11m", "29m"],
    },
    born: {
      series: { [up("kube-state-metrics")]: hold([15, "_"], [15, 1]) },
      fires: ["14m"],
      quiet: ["15m", "29m"],
    },
  },
};
