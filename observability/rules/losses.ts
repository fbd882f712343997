import type { RuleGroup } from "../rule";
import { zoneLabel } from "./selectors";

/** 1 for every node that is ready, 0 for one that is not, each with its zone. */
const ready = "node_zone:kube_node_ready:max";

/** What takes much along: told once, while the alerts of what it took are suppressed. */
export const losses: RuleGroup = {
  name: "losses",
  rules: [
    {
      record: ready,
      // Auto Mode asks for a Node's deletion before it drains it: whatever becomes of that one is meant.
      expr:
        "max by (node, zone) (label_replace(" +
        '(kube_node_status_condition{condition="Ready",status="true"} unless on (node) kube_node_deletion_timestamp) ' +
        `* on (node) group_left (${zoneLabel}) group by (node, ${zoneLabel}) (kube_node_labels{${zoneLabel}!=""}), ` +
        `"zone", "$1", "${zoneLabel}", "(.+)"))`,
    },
    {
      alert: "ClusterLost",
      // Nodes that report while the control plane is away are as good as lost: nothing replaces a pod.
      // Its targets stay when nobody can be asked for them any more; where there are none yet Prometheus has
      // just started, and KubeAPIDown of kube-prometheus-stack tells if that lasts.
      expr: `avg(${ready}) < 0.5 or max(up{job="apiserver"}) == 0`,
      for: "1m",
      severity: "critical",
      summary: "The cluster is lost: its control plane, or most of its nodes, do not answer.",
      description:
        "{{ $value | humanizePercentage }} of the nodes are ready, or no control plane answers.",
      runbook: "on-call.md#clusterlost",
    },
    {
      alert: "ZoneLost",
      // A zone without a node has no series; one of a single node is that node's alert too.
      expr: `max by (zone) (${ready}) == 0`,
      for: "1m",
      severity: "critical",
      summary: "No node of the zone {{ $labels.zone }} is ready.",
      description:
        "{{ $value }} of its nodes are ready. The others carry on; a second zone would not be borne.",
      runbook: "on-call.md#zonelost",
    },
    {
      alert: "NodeLost",
      expr: `${ready} == 0`,
      for: "1m",
      severity: "warning",
      summary: "The node {{ $labels.node }} is not ready.",
      description: "{{ $value }} of 1: its pods are started elsewhere, and Auto Mode replaces it.",
      runbook: "on-call.md#nodelost",
    },
  ],
};
