import { counter, deployed, gauge, namespaces, outside, target, type Exporter } from "./metric";

const ofDeployment = gauge(["namespace", "deployment"], { namespace: deployed });
const ofStatefulSet = gauge(["namespace", "statefulset"], { namespace: deployed });
const ofBudget = gauge(["namespace", "poddisruptionbudget"], { namespace: deployed });
const ofAutoscaler = gauge(["namespace", "horizontalpodautoscaler"], { namespace: ["mini-xdr"] });
const pod = ["namespace", "pod", "uid"];

export const kubeStateMetrics: Exporter = {
  name: "kube-state-metrics 2.20.0",
  source: "its internal/store; honorLabels keeps its own namespace and pod",
  target: target({ job: ["kube-state-metrics"] }),
  metrics: {
    kube_deployment_spec_replicas: ofDeployment,
    kube_deployment_status_replicas_available: ofDeployment,
    kube_horizontalpodautoscaler_spec_max_replicas: ofAutoscaler,
    kube_horizontalpodautoscaler_status_current_replicas: ofAutoscaler,
    kube_job_status_failed: gauge(["namespace", "job_name", "reason"], {
      namespace: ["database"],
      job_name: ["database-backup-dump-29402400"],
    }),
    // The second label only as metricLabelsAllowlist lists it.
    kube_node_labels: gauge(["node", "label_topology_kubernetes_io_zone"], {
      // Empty on a node that nobody labelled.
      label_topology_kubernetes_io_zone: ["", "eu-central-1a"],
    }),
    kube_node_deletion_timestamp: gauge(["node"]),
    kube_node_status_allocatable: gauge(["node", "resource", "unit"], {
      resource: ["cpu", "memory"],
    }),
    kube_node_status_condition: gauge(["node", "condition", "status"], {
      condition: ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"],
      status: ["true", "false", "unknown"],
    }),
    kube_pod_container_resource_limits: gauge([...pod, "container", "node", "resource", "unit"], {
      namespace: ["mini-xdr"],
      container: ["backend"],
      resource: ["cpu", "memory"],
    }),
    kube_pod_container_resource_requests: gauge([...pod, "container", "node", "resource", "unit"], {
      resource: ["cpu", "memory"],
    }),
    kube_pod_container_status_restarts_total: counter([...pod, "container"], {
      namespace: namespaces,
    }),
    kube_pod_info: gauge(
      [
        ...pod,
        "host_ip",
        "pod_ip",
        "node",
        "created_by_kind",
        "created_by_name",
        "priority_class",
        "host_network",
      ],
      { namespace: namespaces, created_by_kind: ["ReplicaSet", "StatefulSet", "DaemonSet", "Job"] },
    ),
    kube_pod_status_phase: gauge([...pod, "phase"], {
      phase: ["Pending", "Succeeded", "Failed", "Unknown", "Running"],
    }),
    kube_pod_status_ready: gauge([...pod, "condition"], {
      condition: ["true", "false", "unknown"],
    }),
    kube_pod_status_unschedulable: gauge(pod, { namespace: namespaces }),
    kube_poddisruptionbudget_status_current_healthy: ofBudget,
    kube_poddisruptionbudget_status_expected_pods: ofBudget,
    kube_poddisruptionbudget_status_pod_disruptions_allowed: ofBudget,
    kube_statefulset_replicas: ofStatefulSet,
    kube_statefulset_status_replicas_available: ofStatefulSet,
  },
};

export const nodeExporter: Exporter = {
  name: "node_exporter 1.12.1",
  source: "its collector/cpu_common.go and collector/meminfo_linux.go",
  target: target(),
  metrics: {
    node_cpu_seconds_total: counter(["cpu", "mode"], {
      mode: ["idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"],
    }),
    node_memory_MemAvailable_bytes: gauge([]),
    node_memory_MemTotal_bytes: gauge([]),
  },
};

const ofVolume = gauge(["namespace", "persistentvolumeclaim"], { namespace: namespaces });
const ofContainer = ["id", "name", "image", "namespace", "pod", "container"];
const ofBackend = { namespace: ["mini-xdr"], container: ["backend"] };

export const kubelet: Exporter = {
  name: "kubelet and cAdvisor",
  source:
    "Kubernetes' pkg/kubelet/metrics/collectors/volume_stats.go and server.go, cAdvisor's metrics/prometheus.go; " +
    "honorLabels keeps their own namespace and pod",
  target: { labels: [...outside().labels, "node", "metrics_path"] },
  metrics: {
    container_cpu_usage_seconds_total: counter([...ofContainer, "cpu"], ofBackend),
    container_memory_working_set_bytes: gauge(ofContainer, ofBackend),
    kubelet_volume_stats_available_bytes: ofVolume,
    kubelet_volume_stats_capacity_bytes: ofVolume,
  },
};

export const apiServer: Exporter = {
  name: "kube-apiserver",
  source: "k8s.io/apiserver's pkg/endpoints/metrics/metrics.go",
  target: outside(),
  metrics: {
    apiserver_request_total: counter(
      [
        "verb",
        "dry_run",
        "group",
        "version",
        "resource",
        "subresource",
        "scope",
        "component",
        "code",
      ],
      { code: ["200", "503"] },
    ),
  },
};
