import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/**
 * What a local chart renders with a release's values is committed, keyed by a hash of chart and
 * values, so that reviewers and policies see the objects without Helm.
 *
 * Values that exist only after creation (an endpoint, an ARN) are left out of the hash by name: the
 * committed objects carry stand-ins there, and no rule judges them.
 */
export interface RenderedRelease {
  /** Chart folder, relative to the project's root. */
  chart: string;
  release: string;
  namespace: string;
  values: Record<string, unknown>;
  /** Paths into the values that are left out of the hash, such as `backend.targetGroupArn`. */
  ignored: string[];
}

/** Kubernetes objects that a release deploys, as YAML documents, with the hash they belong to. */
export interface RenderedFile {
  hash: string;
  ignored: string[];
  yaml: string;
}

/** Where a release's objects are committed. */
export function renderedPath(root: string, stack: string, release: string): string {
  return join(root, "charts", "rendered", stack, `${release}.yaml`);
}

/** The committed objects of a release; undefined when there are none. */
export function readRendered(
  root: string,
  stack: string,
  release: string,
): RenderedFile | undefined {
  const file = renderedPath(root, stack, release);
  if (!existsSync(file)) return undefined;
  const yaml = readFileSync(file, "utf8");
  const hash = /^# hash: (\S+)$/m.exec(yaml)?.[1] ?? "none";
  const ignored = /^# without: (.*)$/m.exec(yaml)?.[1]?.split(" ").filter(Boolean) ?? [];
  return { hash, ignored, yaml };
}

/** The file as it is committed: what it is, what it belongs to, then the objects. */
export function renderedText(release: RenderedRelease, hash: string, objects: string): string {
  return [
    `# What ${release.chart} renders for the release ${release.release}. Written by: npm run render`,
    `# hash: ${hash}`,
    `# without: ${release.ignored.join(" ")}`,
    objects,
  ].join("\n");
}

/** Identifies chart and values: equal hashes render equal objects, but for the ignored values. */
export function renderedHash(root: string, release: RenderedRelease): string {
  const hash = createHash("sha256");
  const chart = join(root, release.chart);
  // What a person reads beside a chart renders nothing.
  for (const file of files(chart).filter((path) => !path.endsWith("README.md"))) {
    hash.update(`${relative(chart, file)}\0`);
    hash.update(readFileSync(file));
    hash.update("\0");
  }
  const values = without(release.values, release.ignored);
  hash.update(JSON.stringify([release.release, release.namespace, values]));
  return `sha256:${hash.digest("hex")}`;
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? files(path) : [path];
    })
    .sort();
}

/** A copy with sorted keys and without the ignored paths. */
function without(value: unknown, ignored: string[], path = ""): unknown {
  if (ignored.includes(path)) return undefined;
  const at = (key: string | number) => (path ? `${path}.${key}` : String(key));
  if (Array.isArray(value)) return value.map((item, index) => without(item, ignored, at(index)));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, without(item, ignored, at(key))]),
  );
}
