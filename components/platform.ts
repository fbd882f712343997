import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import { gentleUpdate, lostNodeTolerations, oneEviction, priorities, spreadOf } from "./placement";
import type { ChartReference } from "./registry";
import { release } from "./release";
import { at, images, registryPrefix } from "../upstream/upstream";

export interface PlatformArgs {
  /** What volumes cost is told apart by them. */
  tags: Record<string, string>;
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
 * class, enforced network policies, priorities, metrics for autoscalers.
 *
 * Namespaces wait for the rest, and for the nodes: so everything in them has it when it starts, and
 * still has it when a stack is destroyed, which goes the other way round.
 */
export class Platform extends pulumi.ComponentResource {
  /** What a workload waits for; its name is the literal key. */
  readonly namespaces: Record<NamespaceName, k8s.core.v1.Namespace>;

  constructor(
    private readonly name: string,
    private readonly args: PlatformArgs,
    private readonly opts: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Platform", name, args, opts);
    const ground = [this.storageClass(), this.enforceNetworkPolicies(), ...this.priorities()];
    this.namespaces = Object.fromEntries(
      Object.entries(namespaces).map(([namespace, standard]) => [
        namespace,
        this.namespace(namespace, standard, ground),
      ]),
    ) as Record<NamespaceName, k8s.core.v1.Namespace>;
    this.metricsServer();
    this.registerOutputs({ namespaces: Object.keys(namespaces) });
  }

  private namespace(
    namespace: string,
    standard: string,
    ground: pulumi.Resource[],
  ): k8s.core.v1.Namespace {
    return new k8s.core.v1.Namespace(
      `${this.name}-namespace-${namespace}`,
      {
        metadata: {
          name: namespace,
          labels: { "pod-security.kubernetes.io/enforce": standard },
        },
      },
      { parent: this, dependsOn: ground },
    );
  }

  private storageClass(): pulumi.Resource {
    return new k8s.storage.v1.StorageClass(
      `${this.name}-storage-class`,
      {
        metadata: {
          name: storageClassName,
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        provisioner: "ebs.csi.eks.amazonaws.com",
        parameters: { type: "gp3", encrypted: "true", ...volumeTags(this.args.tags) },
        // A volume is bound to a zone: it is made where its pod has been placed.
        volumeBindingMode: "WaitForFirstConsumer",
        reclaimPolicy: "Delete",
        allowVolumeExpansion: true,
      },
      this.child(),
    );
  }

  /** Auto Mode ignores NetworkPolicies until this map says otherwise. */
  private enforceNetworkPolicies(): pulumi.Resource {
    return new k8s.core.v1.ConfigMap(
      `${this.name}-network-policies`,
      {
        metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
        data: { "enable-network-policy-controller": "true" },
      },
      this.child(),
    );
  }

  /** Where a lost zone leaves too little room, pods of a higher class take the place of lower ones. */
  private priorities(): pulumi.Resource[] {
    return Object.entries(priorities).map(
      ([name, value]) =>
        new k8s.scheduling.v1.PriorityClass(
          `${this.name}-priority-${name}`,
          { metadata: { name }, value },
          this.child(),
        ),
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
      this.child(),
    );
  }

  /** After the nodes, so that they outlast it. */
  private child(): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: this.opts.dependsOn };
  }
}

/** As Auto Mode's EBS driver reads them (aws-ebs-csi-driver, docs/tagging.md, StorageClass tagging). */
function volumeTags(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value], index) => [
      `tagSpecification_${index + 1}`,
      `${key}=${value}`,
    ]),
  );
}
