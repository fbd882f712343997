import type { RuleGroup } from "../rule";
import { ours } from "./selectors";

/** Room that runs out: nodes and volumes. The database's own storage is CloudWatch's alarm. */
export const capacity: RuleGroup = {
  name: "capacity",
  rules: [
    {
      alert: "NodePoolAtLimit",
      // Auto Mode's controller shows no figures; that pods find no node, long after one should have come, does.
      expr: `count by (namespace) (group by (namespace, pod) (kube_pod_status_unschedulable{${ours}} == 1))`,
      for: "10m",
      severity: "warning",
      summary: "Pods of {{ $labels.namespace }} find no node.",
      description:
        "{{ $value }} of them have waited for ten minutes, while Auto Mode adds a node within about one.",
      runbook: "alerts.md#nodepoolatlimit",
    },
    {
      alert: "VolumeFilling",
      expr: `min by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{${ours}} / kubelet_volume_stats_capacity_bytes) < 0.1`,
      for: "15m",
      severity: "warning",
      summary:
        "The volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is almost full.",
      description: "{{ $value | humanizePercentage }} of it is free.",
      runbook: "alerts.md#volumefilling",
    },
  ],
};
