type Values = Record<string, unknown>;

/**
 * The same values with another tag, and no digest, for every image in them, or for those whose
 * repository `which` takes.
 */
export function withTag(
  values: Values,
  tag: string,
  which: (repository: string) => boolean = () => true,
): Values {
  return map(values, (node) =>
    typeof node.repository === "string" && typeof node.tag === "string" && which(node.repository)
      ? // A variant would be added to the tag.
        {
          ...node,
          tag,
          digest: "",
          ...("sha" in node ? { sha: "" } : {}),
          ...("distroless" in node ? { distroless: false } : {}),
        }
      : node,
  );
}

/** The same values with half of each request for processor, which are thousandths such as `500m`. */
export function withHalfTheProcessor(values: Values): Values {
  return map(values, (node) => {
    const { requests } = node as { requests?: { cpu?: unknown } };
    const [, thousandths] = /^(\d+)m$/.exec(String(requests?.cpu)) ?? [];
    if (!thousandths) return node;
    return { ...node, requests: { ...requests, cpu: `${Math.ceil(Number(thousandths) / 2)}m` } };
  });
}

/** Values with one replica count set to `count`, one after the other for each that they have. */
export function withEachReplicaCount(values: Values, count: number) {
  return replicaCounts(values).map((path) => ({
    path: path.join("."),
    values: set(values, path, count),
  }));
}

function replicaCounts(node: unknown, path: string[] = []): string[][] {
  if (node === null || typeof node !== "object") return [];
  return Object.entries(node).flatMap(([key, value]) =>
    (key === "replicas" || key === "minReplicas") && typeof value === "number"
      ? [[...path, key]]
      : replicaCounts(value, [...path, key]),
  );
}

function set(values: Values, [key, ...rest]: string[], value: unknown): Values {
  const child = rest.length === 0 ? value : set(values[key!] as Values, rest, value);
  return { ...values, [key!]: child };
}

function map<T>(node: T, change: (node: Values) => Values): T {
  if (Array.isArray(node)) return node.map((item) => map(item as unknown, change)) as T;
  if (node === null || typeof node !== "object") return node;
  const children = Object.entries(node).map(([key, value]) => [key, map(value as unknown, change)]);
  return change(Object.fromEntries(children) as Values) as T;
}
