import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import pWaitFor from "p-wait-for";
import type { Api, KubernetesObject } from "../control-plane/api";

/** The planned storage class names it; on EKS it is Auto Mode's driver of EBS volumes. */
const provisioner = "ebs.csi.eks.amazonaws.com";
/** Folder of a node's /var/lib in which its volumes are. */
const place = "rehearsal-volumes";

/** A claim for a volume, as far as a provisioner looks at it. */
export interface VolumeClaim extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { annotations?: Record<string, string> };
  spec: {
    accessModes: string[];
    storageClassName: string;
    volumeName?: string;
    resources: { requests: { storage: string } };
  };
}

/** What volumes are made with. */
export interface VolumesOptions {
  api: Pick<Api, "watch" | "create" | "delete">;
  /** Path, as this process sees it, of a node's /var/lib. */
  diskOf: (node: string) => string;
  /** Puts something into a new volume's folder before its pod has it. Default nothing. */
  fill?: (claim: VolumeClaim, folder: string) => Promise<void>;
  /** Hears that one cannot be made or deleted, or that the claims can no longer be followed. */
  fail: (error: Error) => void;
}

/**
 * Stands for EBS and Auto Mode's driver of it: makes a volume for each claim once the scheduler has
 * chosen its pod's node, and deletes it with the claim. A volume is a folder on the node's disk. It is
 * neither encrypted nor as large as it says, follows no pod to another node, and no node is made for it.
 */
export class Volumes {
  private readonly ending = new AbortController();
  /** Names of the volumes that are made or being made, with their folders. */
  private readonly made = new Map<string, string>();

  private constructor(private readonly options: VolumesOptions) {}

  /** Follows the claims of all namespaces, until {@link end}. */
  static async start(options: VolumesOptions): Promise<Volumes> {
    const volumes = new Volumes(options);
    await options.api.watch<VolumeClaim>(
      "/api/v1/persistentvolumeclaims",
      ({ type, object }) => {
        const work = type === "DELETED" ? volumes.remove(object) : volumes.provide(object);
        work.catch(options.fail);
      },
      options.fail,
      volumes.ending.signal,
    );
    return volumes;
  }

  /** No longer follows claims. Volumes stay as they are. */
  end(): void {
    this.ending.abort();
  }

  /** Names of the volumes that are there still: none, or those of so many seconds later. */
  async left(within: number): Promise<string[]> {
    const end = performance.now() + within * 1000;
    await pWaitFor(() => this.made.size === 0 || performance.now() > end, { interval: 100 });
    return [...this.made.keys()];
  }

  private async provide(claim: VolumeClaim): Promise<void> {
    const { annotations = {}, deletionTimestamp } = claim.metadata;
    const node = annotations["volume.kubernetes.io/selected-node"];
    const mine = annotations["volume.kubernetes.io/storage-provisioner"] === provisioner;
    const name = nameOf(claim);
    if (!mine || !node || claim.spec.volumeName || deletionTimestamp || this.made.has(name)) return;
    const folder = path.join(this.options.diskOf(node), place, name);
    this.made.set(name, folder);
    await mkdir(folder, { recursive: true });
    await this.options.fill?.(claim, folder);
    await this.options.api.create("/api/v1/persistentvolumes", volumeFor(claim, node));
  }

  private async remove(claim: VolumeClaim): Promise<void> {
    const name = nameOf(claim);
    const folder = this.made.get(name);
    if (!folder) return;
    await this.options.api.delete(`/api/v1/persistentvolumes/${name}`);
    await rm(folder, { recursive: true, force: true });
    this.made.delete(name);
  }
}

/** A volume that is bound to a claim and to the node that its pod was placed on. */
export function volumeFor(claim: VolumeClaim, node: string): object {
  const { metadata, spec } = claim;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: nameOf(claim),
      // With it the controllers leave the deletion to the provisioner.
      annotations: { "pv.kubernetes.io/provisioned-by": provisioner },
    },
    spec: {
      capacity: spec.resources.requests,
      accessModes: spec.accessModes,
      persistentVolumeReclaimPolicy: "Delete",
      storageClassName: spec.storageClassName,
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
      },
      // Unlike a hostPath it is given to the pod's fsGroup, as an EBS volume is.
      local: { path: `/var/lib/${place}/${nameOf(claim)}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }],
            },
          ],
        },
      },
    },
  };
}

/** As EBS's driver names them. */
function nameOf({ metadata }: VolumeClaim): string {
  return `pvc-${metadata.uid}`;
}
