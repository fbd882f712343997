import { releaseType } from "../model/kubernetes";

export const nodePool = "kubernetes:karpenter.sh/v1:NodePool";
export const nodeClass = "kubernetes:eks.amazonaws.com/v1:NodeClass";

/** By type: what a resource of it waits for, directly or through others, and so is deleted before. */
export const standsOn: Record<string, { type: string; name?: string; without: string }[]> = {
  [releaseType]: [{ type: nodePool, without: "its pods hold up the drain of their nodes" }],
  "kubernetes:core/v1:Namespace": [
    { type: nodePool, without: "what is left in it holds up the drain of its nodes" },
    {
      type: "kubernetes:storage.k8s.io/v1:StorageClass",
      without: "its volumes have no class while they are deleted",
    },
  ],
  [nodePool]: [{ type: nodeClass, without: "its nodes keep their class from going" }],
  [nodeClass]: [
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      name: "nodes-tags-policy",
      without: "AWS refuses nodes with tags",
    },
  ],
};

/** By release: those that it waits for, directly or through others. Without them it would come up, and fail. */
export const waitsFor: Record<string, string[]> = {
  // Its migrations need roles, its pods a pooler, its monitors their definition.
  "application-release": [
    "database-roles-release",
    "observability-definitions",
    "pgbouncer-release",
  ],
  "database-backup-release": ["database-roles-release", "observability-definitions"],
  // What logs in to the database comes after what makes it known there.
  "pgbouncer-release": ["database-roles-release", "observability-definitions"],
  ...Object.fromEntries(
    ["alert-rules-release", "edge-metrics-release", "observability-release"].map((release) => [
      release,
      ["observability-definitions"],
    ]),
  ),
};
