import { writeFile } from "node:fs/promises";
import path from "node:path";
import { output, run, type Result } from "../../lib/processes";
import { projectRoot } from "../../plan/helm";
import type { PlannedRelease } from "../../plan/releases";
import { tool } from "../../tools";

/** Installs releases as the plan has them: same chart, same values, same flags. */
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
    const args = ["upgrade", "--install", planned.name, path.resolve(projectRoot, planned.chart)];
    args.push("--namespace", planned.namespace, "--values", values);
    args.push("--timeout", `${planned.timeout}s`, "--history-max", `${planned.maxHistory}`);
    args.push("--kubeconfig", this.kubeconfig, "--wait");
    if (planned.atomic) args.push("--atomic");
    if (planned.cleanupOnFail) args.push("--cleanup-on-fail");
    if (planned.waitForJobs) args.push("--wait-for-jobs");
    return run(await tool("helm"), args, { env: this.environment(), signal: this.signal });
  }

  /** Goes back to the revision before, as an operator does, and waits for it. */
  async rollback(release: PlannedRelease): Promise<Result> {
    const args = ["rollback", release.name, "--namespace", release.namespace, "--wait"];
    args.push("--timeout", `${release.timeout}s`, "--kubeconfig", this.kubeconfig);
    return run(await tool("helm"), args, { env: this.environment(), signal: this.signal });
  }

  /** Values that an installed release runs with, the chart's own defaults included. */
  async values(release: PlannedRelease): Promise<Record<string, unknown>> {
    const args = ["get", "values", release.name, "--all", "--namespace", release.namespace];
    return JSON.parse(await this.answer([...args, "--output", "json"])) as Record<string, unknown>;
  }

  /** Revisions of a release, oldest first. */
  async history(release: PlannedRelease): Promise<{ revision: number; status: string }[]> {
    const args = ["history", release.name, "--namespace", release.namespace, "--output", "json"];
    return JSON.parse(await this.answer(args)) as { revision: number; status: string }[];
  }

  private async answer(args: string[]): Promise<string> {
    return output(await tool("helm"), [...args, "--kubeconfig", this.kubeconfig], {
      env: this.environment(),
      signal: this.signal,
    });
  }

  /** A user's own plug-ins, repositories and settings must not decide what is rehearsed. */
  private environment(): Record<string, string> {
    const home = path.join(this.folder, "helm");
    return { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  }
}
