import { beat } from "../routing/beat";
import type { RuleGroup } from "../rule";

/** Whether the watching itself works. */
export const watching: RuleGroup = {
  name: "watching",
  // An alert of a Prometheus that has died is believed for four evaluations.
  interval: `${beat.evaluation}s`,
  rules: [
    {
      alert: "Watchdog",
      expr: "vector(1)",
      for: "0s",
      // Nobody reads it and nothing may inhibit it: who counts its beats acts when they stop.
      severity: "none",
      summary: "Prometheus and Alertmanager work.",
      description: "Always {{ $value }}. Its silence is the alert.",
      runbook: "alerts.md#watchdog",
    },
    {
      alert: "KubeStateMetricsDown",
      expr: 'absent(up{job="kube-state-metrics"} == 1)',
      for: "10m",
      severity: "warning",
      summary: "Nobody reports the state of pods, budgets and nodes.",
      description: "{{ $value }} of 1: every alert on them has been blind for ten minutes.",
      runbook: "alerts.md#kubestatemetricsdown",
    },
  ],
};
