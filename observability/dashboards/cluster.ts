import { zoneLabel } from "../rules/selectors";
import { inZone } from "../rules/workloads";
import { ours } from "../rules/selectors";
import type { Board } from "./dashboard";
import { alertNamed, limitOf, type Limit } from "./limits";
import { bars, lines, stat, table } from "./panels";
import { rate } from "./queries";

/** 1 for each node that is ready; `max by`, as two kube-state-metrics may tell of it. */
const ready = 'max by (node) (kube_node_status_condition{condition="Ready",status="true"})';
const zones = `group by (node, ${zoneLabel}) (kube_node_labels)`;

/** Gives a figure of node-exporter, which knows only its own pod, the name of its node. */
const ofNode = (share: string) =>
  `max by (node) (${share} * on (namespace, pod) group_left (node) group by (namespace, pod, node) (kube_pod_info))`;

const idle = `avg by (namespace, pod) (${rate('node_cpu_seconds_total{mode="idle"}')})`;
const free = "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes";

/** What pods that run have asked for, of what their node can give; a job that is done keeps its request. */
const requested = (resource: "cpu" | "memory") =>
  `sum by (node) (max by (namespace, pod, container, node) (kube_pod_container_resource_requests{resource="${resource}"}) ` +
  'and on (namespace, pod) kube_pod_status_phase{phase="Running"} == 1)' +
  ` / max by (node) (kube_node_status_allocatable{resource="${resource}"})`;

const restarts = `max by (namespace, pod, container) (changes(kube_pod_container_status_restarts_total{${ours}}[1h]))`;
const apiserver = (more = "") => `sum(${rate(`apiserver_request_total${more}`)})`;

/** Of what is only told of when there is some. */
const some: Limit = { at: 0, bad: "above", severity: "warning" };

/** Nodes, zones and what runs on them. */
export const cluster: Board = {
  name: "cluster",
  title: "Cluster and zones",
  description:
    "Open it when pods are missing or restart, and to see what a lost zone or node took along.",
  rows: [
    {
      title: "Now",
      panels: [
        stat({
          title: "Nodes ready",
          description: "Nodes that take pods, beside all that there are.",
          queries: [
            { expr: `sum(${ready})`, legend: "ready" },
            { expr: `count(${ready})`, legend: "all" },
          ],
        }),
        stat({
          title: "Pods without a node",
          description: "Pods that find no node; Auto Mode makes one within about a minute.",
          queries: [{ expr: alertNamed("NodePoolAtLimit").expr, legend: "{{namespace}}" }],
          none: "none",
          limit: some,
        }),
        stat({
          title: "Restarts in an hour",
          description: "How often containers were started again; one is no loop.",
          queries: [{ expr: `sum(${restarts})`, legend: "restarts" }],
        }),
        stat({
          title: "API server's errors",
          description: "Share of the requests to the cluster's own API that it failed.",
          queries: [
            {
              expr: `(${apiserver('{code=~"5.."}')} or vector(0)) / ${apiserver()}`,
              legend: "5xx",
            },
          ],
          unit: "percentunit",
        }),
        stat({
          title: "Targets that do not answer",
          description: "What Prometheus cannot scrape, by job: it is blind there.",
          queries: [{ expr: "count by (job) (up == 0)", legend: "{{job}}" }],
          none: "none",
          limit: some,
        }),
        stat({
          title: "Notifications that failed",
          description: "Alerts that Alertmanager could not deliver in the last hour, by receiver.",
          queries: [
            {
              expr: "sum by (integration) (increase(alertmanager_notifications_failed_total[1h])) > 0",
              legend: "{{integration}}",
            },
          ],
          none: "none",
          limit: some,
        }),
      ],
    },
    {
      title: "Zones",
      panels: [
        lines({
          title: "Nodes ready by zone",
          description: "A zone that falls to nothing is lost.",
          queries: [
            {
              expr: `sum by (${zoneLabel}) (${ready} * on (node) group_left (${zoneLabel}) ${zones})`,
              legend: `{{${zoneLabel}}}`,
            },
          ],
        }),
        lines({
          title: "Ready pods by zone",
          description:
            "Pods of all Deployments of the application, its database path and its watching.",
          queries: [{ expr: `sum by (${zoneLabel}) (${inZone})`, legend: `{{${zoneLabel}}}` }],
        }),
        bars({
          title: "Pods of each workload by zone",
          description: "ZoneImbalance says when one zone holds too many of a workload's pods.",
          queries: [{ expr: inZone, legend: `{{workload}} {{${zoneLabel}}}` }],
        }),
      ],
    },
    {
      title: "Workloads",
      panels: [
        table(
          {
            title: "Workloads with fewer pods than they should",
            description: "How many are missing; ReplicasBelowDesired says so after its patience.",
            queries: [{ expr: alertNamed("ReplicasBelowDesired").expr }],
            none: "none",
          },
          ["namespace", "deployment", "statefulset"],
        ),
        table(
          {
            title: "Disruption budgets",
            description: "How many pods of each may be evicted now; at 0 no node of theirs drains.",
            queries: [
              {
                expr: `min by (namespace, poddisruptionbudget) (kube_poddisruptionbudget_status_pod_disruptions_allowed{${ours}})`,
              },
            ],
            limit: {
              at: 1,
              bad: "below",
              severity: alertNamed("DisruptionBudgetAtLimit").severity,
            },
          },
          ["namespace", "poddisruptionbudget"],
        ),
        lines({
          title: "Restarts within an hour",
          description: "Containers that were started again, and how often.",
          queries: [
            { expr: `sum by (namespace, pod) (${restarts}) > 0`, legend: "{{namespace}}/{{pod}}" },
          ],
          none: "none",
        }),
      ],
    },
    {
      title: "Nodes and volumes",
      panels: [
        lines({
          title: "Processor by node",
          description: "Share of each node's processors that is at work.",
          queries: [{ expr: ofNode(`(1 - ${idle})`), legend: "{{node}}" }],
          unit: "percentunit",
        }),
        lines({
          title: "Memory by node",
          description: "Share of each node's memory that is not available.",
          queries: [{ expr: ofNode(`(1 - ${free})`), legend: "{{node}}" }],
          unit: "percentunit",
        }),
        bars(
          {
            title: "Room asked for by node",
            description:
              "What pods have asked for of what the node can give: full nodes take no more.",
            queries: (["cpu", "memory"] as const).map((resource) => ({
              expr: requested(resource),
              legend: `{{node}} ${resource}`,
            })),
            unit: "percentunit",
          },
          1,
        ),
        bars(
          {
            title: "Volumes: free",
            description: "Share of each volume that is free.",
            queries: [
              {
                expr: `min by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{${ours}} / kubelet_volume_stats_capacity_bytes)`,
                legend: "{{namespace}}/{{persistentvolumeclaim}}",
              },
            ],
            unit: "percentunit",
            limit: limitOf("VolumeFilling"),
            width: 12,
          },
          1,
        ),
        bars({
          title: "Certificates: left",
          description: "How long each certificate that the program makes is still valid.",
          queries: [
            {
              expr: "min by (certificate) (minixdr_certificate_expiry_timestamp_seconds - time())",
              legend: "{{certificate}}",
            },
          ],
          unit: "s",
          limit: limitOf("CertificateExpiring"),
          width: 12,
        }),
      ],
    },
  ],
};
