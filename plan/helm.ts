import path from "node:path";
import { loadAll } from "js-yaml";
import { UsageError } from "../lib/ends";
import { run, type Result } from "../lib/processes";
import { tool, toolVersion } from "../tools";
import type { PlannedRelease } from "./releases";

/** The project's folder, from which the charts of a plan are found. */
export const projectRoot = path.join(__dirname, "..");

/** A Kubernetes object, as a chart renders it. */
export interface RenderedObject {
  apiVersion?: string;
  kind?: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
}

/** Runs `helm template` on a release of this project, as it is installed or upgraded; what it says is in the result. */
export async function template(
  release: PlannedRelease,
  values: Record<string, unknown> = release.values,
  as: "installed" | "upgraded" = "installed",
): Promise<Result> {
  const args = ["template", release.name, path.resolve(projectRoot, release.chart)];
  args.push("--namespace", release.namespace, "--values", "-");
  args.push("--kube-version", toolVersion("kubectl"));
  if (as === "upgraded") args.push("--is-upgrade");
  return run(await tool("helm"), args, { input: JSON.stringify(values) });
}

/** Objects that a release's chart renders, hooks included. @throws UsageError when it does not. */
export async function rendered(
  release: PlannedRelease,
  values: Record<string, unknown> = release.values,
): Promise<RenderedObject[]> {
  const result = await template(release, values);
  if (result.code !== 0)
    throw new UsageError(
      `release ${release.name}: chart ${release.chart} does not render: ${result.stderr.trim().replaceAll(/\s*\n\s*/g, " ")}`,
    );
  return (loadAll(result.stdout) as (RenderedObject | null)[]).filter((object) => object !== null);
}

/** Images that the pods of rendered objects run. */
export function imagesOf(node: unknown): string[] {
  if (node === null || typeof node !== "object") return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === "image" && typeof value === "string" ? [value] : imagesOf(value),
  );
}
