import type { Api, KubernetesObject } from "../control-plane/api";
import type { Pod, PodSpec } from "./workloads";

/** Something that a pod needs from another object, written `Kind namespace/name[/key]`. */
type Reference = string;

/**
 * What pods name and the API server lacks: Secrets, ConfigMaps and their keys, service accounts,
 * the storage classes of their volumes. A kubelet would refuse to start them; kwok never notices.
 */
export async function missingReferences(api: Api, pods: Pod[]): Promise<Reference[]> {
  const there = new Set<Reference>();
  const add = (
    kind: string,
    { metadata: { namespace, name } }: KubernetesObject,
    keys: string[],
  ) => {
    const reference = `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
    there.add(reference);
    for (const key of keys) there.add(`${reference}/${key}`);
  };
  type Data = KubernetesObject & { data?: object; binaryData?: object };
  for (const secret of await api.list<Data>("/api/v1/secrets"))
    add("Secret", secret, Object.keys(secret.data ?? {}));
  for (const map of await api.list<Data>("/api/v1/configmaps"))
    add("ConfigMap", map, Object.keys({ ...map.data, ...map.binaryData }));
  for (const account of await api.list<KubernetesObject>("/api/v1/serviceaccounts"))
    add("ServiceAccount", account, []);
  for (const storage of await api.list<KubernetesObject>("/apis/storage.k8s.io/v1/storageclasses"))
    add("StorageClass", storage, []);
  const claims = await api.list<Claim>("/api/v1/persistentvolumeclaims");
  const present = new Set(
    (await api.list<Pod>("/api/v1/pods")).map(({ metadata }) => metadata.uid),
  );
  const needed = new Set(
    pods.flatMap(({ metadata, spec }) => {
      const namespace = metadata.namespace!;
      const references = [...ofPod(spec, namespace), ...ofClaims(spec, namespace, claims)];
      // A hook's account goes with its pod. That it existed, the API server's admission has checked.
      const gone = !present.has(metadata.uid);
      return references.filter((reference) => !(gone && reference.startsWith("ServiceAccount ")));
    }),
  );
  return [...needed].filter((reference) => !there.has(reference)).sort();
}

/**
 * Secrets that the pods of Jobs are told to make, by `--secret-name` among their arguments: where a
 * Job's run is simulated, nobody makes them.
 */
export function madeByJobs(pods: Pod[]): Reference[] {
  return pods
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === "Job"))
    .flatMap(({ metadata, spec }) =>
      spec.containers
        .flatMap(({ args = [] }) => args)
        .flatMap((argument) => /^--secret-name=(.+)$/.exec(argument)?.[1] ?? [])
        .map((name) => `Secret ${metadata.namespace}/${name}`),
    );
}

interface Claim extends KubernetesObject {
  spec: { storageClassName?: string };
}

function ofPod(spec: PodSpec, namespace: string): Reference[] {
  const found: Reference[] = [];
  const need = (kind: string, name?: string, keys: string[] = [], optional = false) => {
    if (name === undefined || optional) return;
    const reference = `${kind} ${namespace}/${name}`;
    found.push(reference, ...keys.map((key) => `${reference}/${key}`));
  };
  need("ServiceAccount", spec.serviceAccountName ?? "default");
  for (const secret of spec.imagePullSecrets ?? []) need("Secret", secret.name);
  for (const { secret, configMap, projected } of spec.volumes ?? []) {
    const keysOf = (source?: { items?: { key: string }[] }) => source?.items?.map(({ key }) => key);
    need("Secret", secret?.secretName, keysOf(secret), secret?.optional);
    need("ConfigMap", configMap?.name, keysOf(configMap), configMap?.optional);
    for (const source of projected?.sources ?? []) {
      need("Secret", source.secret?.name, [], source.secret?.optional);
      // Every namespace gets this one by itself, for the token of a service account.
      if (source.configMap?.name !== "kube-root-ca.crt")
        need("ConfigMap", source.configMap?.name, [], source.configMap?.optional);
    }
  }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    for (const { valueFrom } of container.env ?? []) {
      const { secretKeyRef: secret, configMapKeyRef: map } = valueFrom ?? {};
      need("Secret", secret?.name, secret && [secret.key], secret?.optional);
      need("ConfigMap", map?.name, map && [map.key], map?.optional);
    }
    for (const { secretRef, configMapRef } of container.envFrom ?? []) {
      need("Secret", secretRef?.name, [], secretRef?.optional);
      need("ConfigMap", configMapRef?.name, [], configMapRef?.optional);
    }
  }
  return found;
}

function ofClaims(spec: PodSpec, namespace: string, claims: Claim[]): Reference[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
    const claim = claims.find(
      ({ metadata }) =>
        metadata.namespace === namespace && metadata.name === persistentVolumeClaim?.claimName,
    );
    return claim?.spec.storageClassName ? [`StorageClass ${claim.spec.storageClassName}`] : [];
  });
}
