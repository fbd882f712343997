import type { TypeEffects } from "./effects";

const provider = "pulumi/pulumi-kubernetes, provider/pkg/provider";
const identity = ["metadata.name", "metadata.namespace"];
const inside = ["apiVersion", "data", "kind", "metadata", "spec", "stringData"];

/** An object of the program's own, outside every release. */
const object: TypeEffects = {
  source: `${provider}/diff.go`,
  named: "metadata.name",
  deletedFirst: true,
  replace: identity,
  inPlace: inside,
};

/**
 * A Secret or a ConfigMap: without `enableSecretMutable` and `enableConfigMapMutable`, which are not
 * set here, other contents are another object.
 */
const contents: TypeEffects = {
  ...object,
  replace: [...identity, "binaryData", "data", "stringData", "type"],
};

export const ownObjects: Record<string, TypeEffects> = {
  "pulumi:providers:kubernetes": {
    source: `${provider}/provider.go, DiffConfig`,
    replace: [],
    // Ignored as long as the identifier is the same, which this program gives.
    inPlace: ["kubeconfig"],
    may: {
      clusterIdentifier: {
        says: "it is another cluster",
        holds: (before, after) => before !== undefined && after !== undefined,
      },
    },
  },
  "kubernetes:core/v1:Namespace": { ...object, holds: "everything in the namespace" },
  "kubernetes:core/v1:ConfigMap": contents,
  "kubernetes:core/v1:Secret": contents,
  "kubernetes:core/v1:ServiceAccount": object,
  "kubernetes:eks.amazonaws.com/v1:NodeClass": object,
  "kubernetes:karpenter.sh/v1:NodePool": object,
  "kubernetes:rbac.authorization.k8s.io/v1:Role": { ...object, inPlace: [...inside, "rules"] },
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": {
    ...object,
    replace: [...identity, "roleRef"],
    inPlace: [...inside, "subjects"],
  },
  "kubernetes:scheduling.k8s.io/v1:PriorityClass": object,
  "kubernetes:storage.k8s.io/v1:StorageClass": {
    ...object,
    replace: [...identity, "parameters", "provisioner"],
  },
  "kubernetes:helm.sh/v3:Release": {
    holds: "what the release runs, and its volumes",
    source: `${provider}/helm_release.go`,
    replace: ["name", "namespace"],
    // Its difference has no other field that forces a new release.
    inPlace: [
      "allowNullValues",
      "atomic",
      "chart",
      "cleanupOnFail",
      "compat",
      "createNamespace",
      "dependencyUpdate",
      "description",
      "devel",
      "disableCRDHooks",
      "disableOpenapiValidation",
      "disableWebhooks",
      "forceUpdate",
      "keyring",
      "lint",
      "maxHistory",
      "postrender",
      "recreatePods",
      "renderSubchartNotes",
      "replace",
      "repositoryOpts",
      "resetValues",
      "reuseValues",
      "skipAwait",
      "skipCrds",
      "timeout",
      "values",
      "verify",
      "version",
      "waitForJobs",
    ],
  },
};

/**
 * Fields of a deployed object that the API server lets nobody change: an upgrade by Helm that changes one
 * fails, and is rolled back. A Job's are those of every Job but Helm's hooks, which are made anew.
 * (pulumi-kubernetes's list above; ValidateStatefulSetUpdate in kubernetes/kubernetes,
 * pkg/apis/apps/validation/validation.go.)
 */
export const immutable: Record<string, string[]> = {
  "kubernetes:apps/v1:DaemonSet": ["spec.selector"],
  "kubernetes:apps/v1:Deployment": ["spec.selector"],
  "kubernetes:apps/v1:StatefulSet": [
    "spec.podManagementPolicy",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "kubernetes:batch/v1:Job": ["spec.completions", "spec.selector", "spec.template"],
  "kubernetes:core/v1:Secret": ["type"],
  "kubernetes:core/v1:Service": ["spec.clusterIP"],
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": ["roleRef"],
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": ["roleRef"],
  "kubernetes:storage.k8s.io/v1:StorageClass": ["parameters", "provisioner"],
};
