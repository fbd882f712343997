import type { RuleGroup } from "../rule";
import { deployed, ours, zoneLabel } from "./selectors";

/** `max by`: while one kube-state-metrics replaces another, there are two of each series. */
const below = (kind: string, desired: string, available: string) =>
  `max by (namespace, ${kind}) (${desired}{${deployed}} - ${available}) > 0`;

/** Ready pods of each Deployment in each zone. */
export const inZone = "namespace_workload_zone:kube_pod_ready:count";

/** The ready pods of Deployments, each with its zone. */
const placed =
  "(group by (namespace, workload, pod, node) (label_replace(" +
  `kube_pod_info{${ours},created_by_kind="ReplicaSet"}, "workload", "$1", "created_by_name", "(.+)-.+")) ` +
  'and on (namespace, pod) kube_pod_status_ready{condition="true"} == 1) ' +
  `* on (node) group_left (${zoneLabel}) group by (node, ${zoneLabel}) (kube_node_labels)`;

/** Pods and what keeps enough of them, by kube-state-metrics. */
export const workloads: RuleGroup = {
  name: "workloads",
  rules: [
    {
      alert: "PodCrashLooping",
      // Half an hour holds three restarts of the slowest loop: kubelets wait for up to five minutes.
      // `changes` counts whole ones, where `increase` extrapolates. Its node: that one's loss explains it.
      expr:
        `(max by (namespace, pod, container) (changes(kube_pod_container_status_restarts_total{${ours}}[30m])) > 2) ` +
        "* on (namespace, pod) group_left (node) group by (namespace, pod, node) (kube_pod_info)",
      for: "5m",
      severity: "critical",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} restarts again and again.",
      description:
        "Its container {{ $labels.container }} restarted {{ $value }} times within half an hour.",
      runbook: "alerts.md#podcrashlooping",
    },
    {
      alert: "ReplicasBelowDesired",
      expr: [
        below(
          "deployment",
          "kube_deployment_spec_replicas",
          "kube_deployment_status_replicas_available",
        ),
        below(
          "statefulset",
          "kube_statefulset_replicas",
          "kube_statefulset_status_replicas_available",
        ),
      ].join(" or "),
      for: "10m",
      severity: "warning",
      summary:
        "{{ $labels.namespace }}/{{ $labels.deployment }}{{ $labels.statefulset }} has fewer pods than it should.",
      description: "{{ $value }} of its pods have been missing or not ready for ten minutes.",
      runbook: "alerts.md#replicasbelowdesired",
    },
    {
      alert: "DisruptionBudgetAtLimit",
      expr:
        "max by (namespace, poddisruptionbudget) " +
        `(kube_poddisruptionbudget_status_current_healthy{${deployed}} ` +
        "and kube_poddisruptionbudget_status_pod_disruptions_allowed == 0 " +
        "and kube_poddisruptionbudget_status_expected_pods > 0)",
      for: "15m",
      severity: "warning",
      summary:
        "No pod of {{ $labels.namespace }}/{{ $labels.poddisruptionbudget }} may be evicted.",
      description:
        "Only {{ $value }} are healthy: the next loss hurts, and no node of theirs drains.",
      runbook: "alerts.md#disruptionbudgetatlimit",
    },
    {
      record: inZone,
      expr: `count by (namespace, workload, ${zoneLabel}) (${placed})`,
    },
    {
      alert: "ZoneImbalance",
      // The share of the fullest zone: the zones without a pod, which a difference would need, have no series.
      expr: `max by (namespace, workload) (${inZone}) / (sum by (namespace, workload) (${inZone}) > 2) > 0.5`,
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.workload }} leans on one zone.",
      description:
        "{{ $value | humanizePercentage }} of its pods are in one zone: its loss would leave less than half.",
      runbook: "alerts.md#zoneimbalance",
    },
  ],
};
