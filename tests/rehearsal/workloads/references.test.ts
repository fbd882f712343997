import assert from "node:assert/strict";
import type { Api } from "../../../rehearsal/control-plane/api";
import { madeByJobs, missingReferences } from "../../../rehearsal/workloads/references";
import type { Pod } from "../../../rehearsal/workloads/workloads";

const pod = {
  metadata: { name: "web-1", namespace: "web", uid: "1" },
  spec: {
    serviceAccountName: "web",
    imagePullSecrets: [{ name: "registry" }],
    initContainers: [
      { name: "init", image: "i", envFrom: [{ configMapRef: { name: "settings" } }] },
    ],
    containers: [
      {
        name: "web",
        image: "i",
        env: [
          { valueFrom: { secretKeyRef: { name: "database", key: "password" } } },
          { valueFrom: { secretKeyRef: { name: "extra", key: "none", optional: true } } },
        ],
      },
    ],
    volumes: [
      { secret: { secretName: "tls", items: [{ key: "tls.key" }] } },
      { configMap: { name: "ca" } },
      { persistentVolumeClaim: { claimName: "data" } },
    ],
  },
  status: {},
} as Pod;

const named = (name: string, rest: object = {}) => ({
  metadata: { name, namespace: "web" },
  ...rest,
});

/** Everything that the pod names. */
const complete: Record<string, unknown[]> = {
  "/api/v1/secrets": [
    named("registry"),
    named("database", { data: { password: "" } }),
    named("tls", { data: { "tls.key": "" } }),
  ],
  "/api/v1/configmaps": [named("settings"), named("ca")],
  "/api/v1/serviceaccounts": [named("web")],
  "/apis/storage.k8s.io/v1/storageclasses": [{ metadata: { name: "fast" } }],
  "/api/v1/persistentvolumeclaims": [named("data", { spec: { storageClassName: "fast" } })],
  "/api/v1/pods": [pod],
};

const missing = (there: typeof complete) => {
  const api = { list: async (path: string) => there[path]! } as unknown as Api;
  return missingReferences(api, [pod]);
};

describe("the references of a pod", () => {
  it("are all found", async () => {
    assert.deepEqual(await missing(complete), []);
  });

  const without: [path: string, expected: string[]][] = [
    [
      "/api/v1/secrets",
      [
        "Secret web/database",
        "Secret web/database/password",
        "Secret web/registry",
        "Secret web/tls",
        "Secret web/tls/tls.key",
      ],
    ],
    ["/api/v1/configmaps", ["ConfigMap web/ca", "ConfigMap web/settings"]],
    ["/api/v1/serviceaccounts", ["ServiceAccount web/web"]],
    ["/apis/storage.k8s.io/v1/storageclasses", ["StorageClass fast"]],
  ];
  for (const [path, expected] of without)
    it(`are missed without ${path.split("/").at(-1)}`, async () => {
      assert.deepEqual(await missing({ ...complete, [path]: [] }), expected);
    });

  it("include the keys", async () => {
    const secrets = complete["/api/v1/secrets"]!.filter(
      (secret) => (secret as { metadata: { name: string } }).metadata.name !== "database",
    );
    const there = { ...complete, "/api/v1/secrets": [...secrets, named("database", { data: {} })] };
    assert.deepEqual(await missing(there), ["Secret web/database/password"]);
  });

  it("do not include the account of a hook's pod that is gone: admission has checked it", async () => {
    const there = { ...complete, "/api/v1/serviceaccounts": [], "/api/v1/pods": [] };
    assert.deepEqual(await missing(there), []);
  });
});

describe("madeByJobs", () => {
  const told = (kind: string, args?: string[]) => ({
    ...pod,
    metadata: { ...pod.metadata, ownerReferences: [{ kind, name: "x", uid: "2" }] },
    spec: { containers: [{ name: "create", image: "i", args }] },
  });

  it("is the Secrets that a Job's pods are told to make", () => {
    const args = ["create", "--host=web", "--secret-name=web-admission"];
    assert.deepEqual(madeByJobs([told("Job", args)]), ["Secret web/web-admission"]);
  });

  it("is nothing of other pods, and nothing without the argument", () => {
    assert.deepEqual(madeByJobs([told("ReplicaSet", ["--secret-name=x"]), told("Job"), pod]), []);
  });
});
