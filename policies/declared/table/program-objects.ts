import { between, equals, matches } from "../../model/expectation";
import {
  by,
  each,
  fixed,
  free,
  judged,
  judgedAndLeadsTo,
  judgedWithin,
  leadsTo,
  only,
  opaque,
  wording,
  type Fields,
} from "../declaration";
import { name, object } from "./objects";
import { subnet } from "./references";

const one = (key: string, values: ReturnType<typeof judged>) => ({
  [key]: { key: judged("declared-properties"), operator: fixed("In"), values },
});

const costs = "a mistake would cost without end";

const volumeTags = Object.fromEntries(
  Array.from({ length: 9 }, (_, index) => [`tagSpecification_${index + 1}`, free(wording)]),
);

/** Kinds that the program makes itself, outside every release. */
export const programObjects: Record<string, Fields> = {
  "kubernetes:karpenter.sh/v1:NodePool": {
    ...object(),
    spec: {
      disruption: {
        budgets: each({ nodes: judged("node-pool") }),
        consolidateAfter: only(
          matches(/^([5-9]|[1-5]\d)m$/, "5 minutes or more"),
          "nodes come and go",
        ),
        consolidationPolicy: fixed("WhenEmptyOrUnderutilized", "WhenEmpty"),
      },
      template: {
        spec: {
          expireAfter: only(
            matches(/^(168|336|504)h$/, "one to three weeks"),
            "nodes that never end are never patched, ones that end daily are never quiet",
          ),
          nodeClassRef: {
            group: fixed("eks.amazonaws.com"),
            kind: fixed("NodeClass"),
            // AWS's own, default, starts nodes in any subnet of the cluster, and tags nothing.
            name: fixed("workloads"),
          },
          requirements: by("key", {
            ...one("topology.kubernetes.io/zone", judged("node-pool")),
            ...one("karpenter.sh/capacity-type", judged("node-pool")),
            ...one("eks.amazonaws.com/instance-category", fixed("c", "m", "r")),
            ...one("kubernetes.io/arch", fixed("amd64")),
          }),
          terminationGracePeriod: only(
            matches(/^([5-9]|1[0-2])h$/, "five hours to twelve"),
            "a drain that never ends keeps a broken node, a short one kills a restore",
          ),
        },
      },
      limits: {
        cpu: judgedWithin(matches(/^\d{1,4}$/, "processors"), costs, "node-pool", "survives"),
        memory: judgedWithin(matches(/^\d{1,4}Gi$/, "GiB"), costs, "node-pool", "survives"),
      },
    },
  },
  "kubernetes:eks.amazonaws.com/v1:NodeClass": {
    ...object(),
    spec: {
      role: leadsTo("eks:index:Cluster"),
      securityGroupSelectorTerms: each({ id: leadsTo("eks:index:Cluster") }),
      subnetSelectorTerms: each({ id: judgedAndLeadsTo([subnet], "node-subnets") }),
      tags: each(free(wording)),
    },
  },
  "kubernetes:scheduling.k8s.io/v1:PriorityClass": { ...object(), value: judged("priorities") },
  "kubernetes:storage.k8s.io/v1:StorageClass": {
    ...object({
      "storageclass.kubernetes.io/is-default-class": only(
        equals("true"),
        "a claim without a class would wait for good",
      ),
    }),
    allowVolumeExpansion: fixed(true),
    parameters: { encrypted: judged("storage-class"), type: fixed("gp3"), ...volumeTags },
    provisioner: fixed("ebs.csi.eks.amazonaws.com"),
    reclaimPolicy: fixed("Delete", "Retain"),
    volumeBindingMode: judged("storage-class"),
  },
  "kubernetes:rbac.authorization.k8s.io/v1:Role": {
    ...object(),
    rules: each({
      apiGroups: fixed("", "apps"),
      resources: fixed(
        "pods",
        "pods/exec",
        "pods/ephemeralcontainers",
        "configmaps",
        "deployments",
      ),
      verbs: fixed("create", "delete", "deletecollection", "get", "list", "patch", "update"),
    }),
  },
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": {
    ...object(),
    roleRef: {
      apiGroup: fixed("rbac.authorization.k8s.io"),
      kind: fixed("Role"),
      name: fixed("chaos"),
    },
    subjects: each({
      apiGroup: fixed("rbac.authorization.k8s.io"),
      kind: fixed("ServiceAccount", "User"),
      name: fixed("chaos"),
      namespace: fixed("mini-xdr"),
    }),
  },
  "kubernetes:helm.sh/v3:Release": {
    atomic: judged("release-atomic"),
    chart: judged("release-readable", "declared-charts"),
    cleanupOnFail: judged("release-atomic"),
    compat: fixed("true"),
    createNamespace: fixed(false),
    maxHistory: judged("release-atomic"),
    name: judged("release-readable", "expected"),
    namespace: judged("release-readable", "expected"),
    repositoryOpts: {
      repo: judged("declared-charts"),
      // What the provider fills in itself, once it knows the cluster.
      ...Object.fromEntries(
        ["caFile", "certFile", "keyFile", "username", "password"].map((key) => [key, fixed("")]),
      ),
    },
    skipAwait: judged("release-atomic"),
    timeout: judgedWithin(
      between(60, 7200),
      "a release that waits longer keeps everybody else from changing anything",
      "release-timeout",
    ),
    values: opaque("judged by what it deploys: rendered, or by the values declared for its chart"),
    version: judged("release-atomic", "declared-charts"),
    waitForJobs: judged("release-atomic"),
    ...Object.fromEntries(["description", "keyring", "postrender"].map((key) => [key, fixed("")])),
    ...Object.fromEntries(
      [
        "allowNullValues",
        "dependencyUpdate",
        "devel",
        "disableCRDHooks",
        "disableOpenapiValidation",
        "disableWebhooks",
        "forceUpdate",
        "lint",
        "recreatePods",
        "renderSubchartNotes",
        "replace",
        "resetValues",
        "reuseValues",
        "skipCrds",
        "verify",
      ].map((key) => [key, fixed(false)]),
    ),
  },
  "pulumi:providers:kubernetes": {
    clusterIdentifier: free("the cluster's own: a new cluster gets new objects"),
    kubeconfig: free("known only once the cluster is there"),
    version: name,
  },
  ...Object.fromEntries(
    ["aws", "eks", "random", "tls"].map((provider) => [
      `pulumi:providers:${provider}`,
      {
        // The engine's own default providers, and the one that reaches the copies' account.
        version: name,
        region: only(matches(/^[a-z]{2}-[a-z]+-\d$/, "a Region"), "the stack's configuration"),
        defaultTags: free("words for people"),
        ...(provider === "aws" ? { assumeRoles: judged("recovery-account") } : {}),
        ...Object.fromEntries(
          ["skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation"].map(
            (property) => [
              property,
              free("how the provider asks before it works, not what it does"),
            ],
          ),
        ),
      },
    ]),
  ),
};
