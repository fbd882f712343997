import { at, list, numberAt, type Properties, type Resource, type Stack } from "./resource";

/** A Kubernetes object, as YAML has it. */
export interface KubernetesObject extends Properties {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

export const releaseType = "kubernetes:helm.sh/v3:Release";
export const deployment = "kubernetes:apps/v1:Deployment";
export const statefulSet = "kubernetes:apps/v1:StatefulSet";
export const daemonSet = "kubernetes:apps/v1:DaemonSet";
export const job = "kubernetes:batch/v1:Job";
export const cronJob = "kubernetes:batch/v1:CronJob";
export const autoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
export const disruptionBudget = "kubernetes:policy/v1:PodDisruptionBudget";
export const priorityClass = "kubernetes:scheduling.k8s.io/v1:PriorityClass";
export const service = "kubernetes:core/v1:Service";
export const configMap = "kubernetes:core/v1:ConfigMap";
export const serviceMonitor = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor";
export const prometheusRule = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";
export const targetGroupBinding = "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding";
export const prometheus = "kubernetes:monitoring.coreos.com/v1:Prometheus";
export const alertmanager = "kubernetes:monitoring.coreos.com/v1:Alertmanager";

/** Kinds from which the Prometheus operator creates stateful sets, with probes and rollout of its own. */
export const operated = [prometheus, alertmanager];
/** Kinds that keep several equal pods running. */
export const replicated = [deployment, statefulSet, ...operated];
/** Kinds that run pods for as long as the stack lives. */
export const running = [...replicated, daemonSet];

/** Pods without a rollout of their own: no rule can hold for them. */
export const bare = [
  "kubernetes:core/v1:Pod",
  "kubernetes:core/v1:ReplicationController",
  "kubernetes:apps/v1:ReplicaSet",
];

/** Throws an error when an object is none that can be judged by itself. */
export function assertJudged(object: Partial<KubernetesObject>): void {
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string")
    throw new Error("an object without apiVersion or kind is none that Kubernetes takes");
  if (kind.endsWith("List")) throw new Error(`a ${kind} hides its objects; write them out`);
  // A hook may be named by Kubernetes, and could then not be expected by name.
  if (typeof metadata?.name !== "string") throw new Error(`a ${kind} without a name; give it one`);
}

/** Pulumi's type token of an object. */
export function typeOf({ apiVersion, kind }: KubernetesObject): string {
  return `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
}

/** Path of the pod's specification within an object of a kind. */
export function podPath(type: string): string {
  if (operated.includes(type)) return "spec";
  return type === cronJob ? "spec.jobTemplate.spec.template.spec" : "spec.template.spec";
}

export function podSpec({ type, properties }: Resource): unknown {
  return at(properties, podPath(type));
}

export function containers(resource: Resource): unknown[] {
  return list(podSpec(resource), "containers");
}

/** Those that have to end before the others begin among them. */
export function everyContainer(resource: Resource): unknown[] {
  return [...list(podSpec(resource), "initContainers"), ...containers(resource)];
}

/** Images that a workload's pods run. */
export function imagesOf(resource: Resource): unknown[] {
  return operated.includes(resource.type)
    ? [at(podSpec(resource), "image")]
    : everyContainer(resource).map((container) => at(container, "image"));
}

/** Labels of the pods: what disruption budgets, services and spreading select. */
export function podLabels(resource: Resource): Properties {
  const { type, properties } = resource;
  if (type === cronJob)
    return (at(properties, "spec.jobTemplate.spec.template.metadata.labels") ?? {}) as Properties;
  if (!operated.includes(type))
    return (at(properties, "spec.template.metadata.labels") ?? {}) as Properties;
  // The operator labels the pods that it creates by these.
  const name = String(at(properties, "metadata.name"));
  const kind = type === prometheus ? "prometheus" : "alertmanager";
  return {
    "app.kubernetes.io/name": kind,
    "app.kubernetes.io/instance": name,
    ...(kind === "prometheus" ? { "operator.prometheus.io/name": name } : { alertmanager: name }),
  };
}

/** Whether a label selector picks a workload's pods. One that is empty or unreadable does not. */
export function selects(selector: unknown, workload: Resource): boolean {
  const labels = podLabels(workload);
  const wanted = Object.entries((at(selector, "matchLabels") ?? {}) as Properties);
  const expressions = list(selector, "matchExpressions");
  return (
    wanted.length + expressions.length > 0 &&
    wanted.every(([key, value]) => labels[key] === value) &&
    expressions.every(
      (expression) =>
        at(expression, "operator") === "In" &&
        list(expression, "values").includes(labels[String(at(expression, "key"))]),
    )
  );
}

/** The autoscaler that sets a workload's number of replicas. */
export function autoscalerOf(workload: Resource, stack: Stack): Resource | undefined {
  const kind = workload.type.split(":").pop();
  return stack
    .beside(workload, autoscaler)
    .find(
      ({ properties }) =>
        at(properties, "spec.scaleTargetRef.kind") === kind &&
        at(properties, "spec.scaleTargetRef.name") === at(workload.properties, "metadata.name"),
    );
}

/** Fewest replicas that are ever wanted: the autoscaler's minimum where there is one. */
export function fewestReplicas(workload: Resource, stack: Stack): unknown {
  const hpa = autoscalerOf(workload, stack);
  return hpa ? at(hpa.properties, "spec.minReplicas") : at(workload.properties, "spec.replicas");
}

/** Services that send traffic to a workload's pods. */
export function servicesOf(workload: Resource, stack: Stack): Resource[] {
  return stack
    .beside(workload, service)
    .filter(({ properties }) =>
      selects({ matchLabels: at(properties, "spec.selector") }, workload),
    );
}

/** Workloads to whose pods a Service sends traffic, meant or not. */
export function workloadsOf(found: Resource, stack: Stack): Resource[] {
  const selector = { matchLabels: at(found.properties, "spec.selector") };
  return stack
    .beside(found, ...running, job, cronJob)
    .filter((workload) => selects(selector, workload));
}

/** Services that a ServiceMonitor selects. */
export function monitoredServices(monitor: Resource, stack: Stack): Resource[] {
  const selector = at(monitor.properties, "spec.selector.matchLabels");
  const wanted = Object.entries((selector ?? {}) as Properties);
  return stack.beside(monitor, service).filter(({ properties }) => {
    const labels = at(properties, "metadata.labels") as Properties | undefined;
    return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
  });
}

/** Services whose pods a TargetGroupBinding brings to the load balancer. */
export function boundServices(binding: Resource, stack: Stack): Resource[] {
  const name = at(binding.properties, "spec.serviceRef.name");
  return stack
    .beside(binding, service)
    .filter(({ properties }) => name !== undefined && at(properties, "metadata.name") === name);
}

/** Whether the load balancer sends traffic straight to a workload's pods. */
export function isBehindLoadBalancer(workload: Resource, stack: Stack): boolean {
  const names = servicesOf(workload, stack).map(({ properties }) =>
    at(properties, "metadata.name"),
  );
  return stack
    .beside(workload, targetGroupBinding)
    .some(({ properties }) => names.includes(at(properties, "spec.serviceRef.name")));
}

/** Seconds that a container waits before it is told to stop; undefined without such a hook. */
export function preStopSeconds(container: unknown): number | undefined {
  const [program, time, ...more] = list(container, "lifecycle.preStop.exec.command");
  if (program === "sleep" && more.length === 0 && /^\d+$/.test(String(time))) return Number(time);
  const seconds = at(container, "lifecycle.preStop.sleep.seconds");
  return typeof seconds === "number" ? seconds : undefined;
}

/** Seconds from a probe's first failure to its consequence; NaN when it does not say. */
export function probeSeconds(probe: unknown): number {
  return numberAt(probe, "periodSeconds") * numberAt(probe, "failureThreshold");
}

/** The container that does the pod's work: the annotated one, or else the first. */
export function mainContainer(resource: Resource): unknown {
  const annotations = at(resource.properties, "spec.template.metadata.annotations");
  const name = (annotations as Properties | undefined)?.["kubectl.kubernetes.io/default-container"];
  return (
    containers(resource).find((container) => at(container, "name") === name) ??
    containers(resource)[0]
  );
}

/** Whether a probe says how it asks. */
export function isProbe(probe: unknown): boolean {
  return ["httpGet", "tcpSocket", "exec", "grpc"].some((how) => {
    const asks = at(probe, how);
    return asks !== null && typeof asks === "object";
  });
}
