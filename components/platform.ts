import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import { gentleUpdate, lostNodeTolerations, oneEviction, spreadOf } from "./placement";
import type { ChartReference } from "./registry";
import { release } from "./release";
import { at, images, registryPrefix } from "../upstream/upstream";

export interface PlatformArgs {
  /** Zones that nodes may start in. */
  zones: string[];
  /** Address of the stack's own registry. */
  registry: pulumi.Output<string>;
  metricsServer: ChartReference;
}

/** Pod Security Standard of each namespace; node-exporter needs the host's view. */
const namespaces = {
  "mini-xdr": "restricted",
  database: "restricted",
  monitoring: "privileged",
} as const;
export type NamespaceName = keyof typeof namespaces;

export const storageClassName = "encrypted-gp3";

/**
 * What every workload stands on and Auto Mode does not bring: namespaces, an encrypted storage
 * class, enforced network policies, a node pool with a disruption budget, metrics for autoscalers.
 */
export class Platform extends pulumi.ComponentResource {
  /** What a workload waits for; its name is the literal key. */
  readonly namespaces: Record<NamespaceName, k8s.core.v1.Namespace>;

  constructor(
    private readonly name: string,
    private readonly args: PlatformArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Platform", name, args, opts);
    this.namespaces = Object.fromEntries(
      Object.entries(namespaces).map(([namespace, standard]) => [
        namespace,
        this.namespace(namespace, standard),
      ]),
    ) as Record<NamespaceName, k8s.core.v1.Namespace>;
    this.storageClass();
    this.enforceNetworkPolicies();
    this.nodePool();
    this.metricsServer();
    this.registerOutputs({ namespaces: Object.keys(namespaces) });
  }

  private namespace(namespace: string, standard: string): k8s.core.v1.Namespace {
    return new k8s.core.v1.Namespace(
      `${this.name}-namespace-${namespace}`,
      {
        metadata: {
          name: namespace,
          labels: { "pod-security.kubernetes.io/enforce": standard },
        },
      },
      { parent: this },
    );
  }

  private storageClass(): void {
    new k8s.storage.v1.StorageClass(
      `${this.name}-storage-class`,
      {
        metadata: {
          name: storageClassName,
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        provisioner: "ebs.csi.eks.amazonaws.com",
        parameters: { type: "gp3", encrypted: "true" },
        // A volume is bound to a zone: it is made where its pod has been placed.
        volumeBindingMode: "WaitForFirstConsumer",
        reclaimPolicy: "Delete",
        allowVolumeExpansion: true,
      },
      { parent: this },
    );
  }

  /** Auto Mode ignores NetworkPolicies until this map says otherwise. */
  private enforceNetworkPolicies(): void {
    new k8s.core.v1.ConfigMap(
      `${this.name}-network-policies`,
      {
        metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
        data: { "enable-network-policy-controller": "true" },
      },
      { parent: this },
    );
  }

  private nodePool(): void {
    new k8s.apiextensions.CustomResource(
      `${this.name}-node-pool`,
      {
        apiVersion: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: { name: "workloads" },
        spec: {
          disruption: {
            consolidationPolicy: "WhenEmptyOrUnderutilized",
            consolidateAfter: "5m",
            // One node at a time: every workload's own budget allows one eviction.
            budgets: [{ nodes: "1" }],
          },
          template: {
            spec: {
              nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "default" },
              expireAfter: "336h",
              // A restore may take four hours and a verification six; a drain that never ends still ends.
              terminationGracePeriod: "7h",
              requirements: [
                {
                  key: "topology.kubernetes.io/zone",
                  operator: "In",
                  values: this.args.zones,
                },
                { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
                {
                  key: "eks.amazonaws.com/instance-category",
                  operator: "In",
                  values: ["c", "m", "r"],
                },
                { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
              ],
            },
          },
        },
      },
      { parent: this },
    );
  }

  private metricsServer(): void {
    const { tag, digest } = images["metrics-server"];
    release(
      `${this.name}-metrics-server`,
      {
        name: "metrics-server",
        namespace: "kube-system",
        ...this.args.metricsServer,
        timeoutSeconds: 600,
        values: {
          image: {
            repository: pulumi.interpolate`${this.args.registry}/${registryPrefix}metrics-server`,
            // The chart has no value for a digest, and writes the tag as it is.
            tag: `${tag}${at(digest)}`,
          },
          replicas: 3,
          updateStrategy: gentleUpdate,
          podDisruptionBudget: { enabled: true, ...oneEviction },
          ...spreadOf("metrics-server"),
          tolerations: lostNodeTolerations,
          // Slower than readiness: a pod that only has to wait is not restarted.
          livenessProbe: { failureThreshold: 6 },
          resources: {
            requests: { cpu: "100m", memory: "200Mi" },
            limits: { cpu: "500m", memory: "400Mi" },
          },
        },
      },
      { parent: this },
    );
  }
}
