import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { tool, toolVersion } from "../../tools";
import { UsageError } from "../../lib/usage-error";
import type { KubernetesObject } from "../control-plane/api";
import type { PlannedRelease } from "../../plan/releases";
import { output, run, type Result } from "../../lib/processes";

const projectRoot = path.join(__dirname, "../..");

/** Installs and renders releases as the plan has them: same chart, same values, same flags. */
export class Helm {
  constructor(
    private readonly kubeconfig: string,
    private readonly folder: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** Installs or upgrades a release, as far as possible the way Pulumi's provider does. */
  async upgrade(release: PlannedRelease, changes: Partial<PlannedRelease> = {}): Promise<Result> {
    const planned = { ...release, ...changes };
    const values = path.join(this.folder, `${release.name}.values.json`);
    await writeFile(values, JSON.stringify(planned.values), { mode: 0o600 });
    return run(
      await tool("helm"),
      [
        ...["upgrade", "--install", planned.name, path.resolve(projectRoot, planned.chart)],
        ...["--namespace", planned.namespace, "--values", values],
        ...["--timeout", `${planned.timeout}s`, "--history-max", `${planned.maxHistory}`],
        ...["--kubeconfig", this.kubeconfig, "--wait"],
        ...(planned.atomic ? ["--atomic"] : []),
        ...(planned.cleanupOnFail ? ["--cleanup-on-fail"] : []),
        ...(planned.waitForJobs ? ["--wait-for-jobs"] : []),
      ],
      { env: this.environment(), signal: this.signal },
    );
  }

  /** Revisions of a release, oldest first. */
  async history(release: PlannedRelease): Promise<{ revision: number; status: string }[]> {
    const args = ["history", release.name, "--namespace", release.namespace, "--output", "json"];
    const text = await output(await tool("helm"), [...args, "--kubeconfig", this.kubeconfig], {
      env: this.environment(),
      signal: this.signal,
    });
    return JSON.parse(text) as { revision: number; status: string }[];
  }

  /** A user's own plug-ins, repositories and settings must not decide what is rehearsed. */
  private environment(): NodeJS.ProcessEnv {
    const home = path.join(this.folder, "helm");
    return { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  }
}

/** Runs `helm template` on a release of this project; what it says is in the result. */
export async function template(
  release: PlannedRelease,
  values: Record<string, unknown> = release.values,
): Promise<Result> {
  return run(
    await tool("helm"),
    [
      ...["template", release.name, path.resolve(projectRoot, release.chart)],
      ...["--namespace", release.namespace, "--values", "-"],
      ...["--kube-version", toolVersion("kubectl")],
    ],
    { input: JSON.stringify(values) },
  );
}

/** Objects that a release's chart renders, hooks included. @throws UsageError when it does not. */
export async function rendered(
  release: PlannedRelease,
  values: Record<string, unknown> = release.values,
): Promise<KubernetesObject[]> {
  const result = await template(release, values);
  if (result.code !== 0)
    throw new UsageError(
      `release ${release.name}: chart ${release.chart} does not render: ${result.stderr.trim().replaceAll(/\s*\n\s*/g, " ")}`,
    );
  return parseAllDocuments(result.stdout)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/** Images that the pods of rendered objects run. */
export function imagesOf(node: unknown): string[] {
  if (node === null || typeof node !== "object") return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === "image" && typeof value === "string" ? [value] : imagesOf(value),
  );
}
