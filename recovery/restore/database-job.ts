import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Failure, MissingTool, Stopped } from "../../lib/ends";
import { output, run, type RunOptions } from "../../lib/processes";
import type { Outputs } from "../engine";

const namespace = "database";

/** A job of the chart, which is the template of one that runs now: each has its own rights and secrets. */
export type Template = "dump" | "restore" | "swap";

/** Runs the backup image in the cluster, from the chart's jobs. */
export class DatabaseJobs {
  private constructor(
    private readonly kubeconfig: string,
    private readonly stop: AbortSignal,
  ) {}

  /**
   * Reaches the stack's own cluster, whatever the user's current context is.
   *
   * @throws MissingTool without `aws` or `kubectl`, before anything is done.
   */
  static async with<T>(
    { eksClusterName, regions }: Outputs,
    stop: AbortSignal,
    work: (jobs: DatabaseJobs) => Promise<T>,
  ): Promise<T> {
    const folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-"));
    try {
      const kubeconfig = path.join(folder, "kubeconfig");
      const jobs = new DatabaseJobs(kubeconfig, stop);
      const cluster = ["--region", regions.primary, "--name", eksClusterName];
      await output("aws", ["eks", "update-kubeconfig", ...cluster, "--kubeconfig", kubeconfig], {
        signal: stop,
      }).catch(explained("aws", "install the AWS CLI 2 (https://docs.aws.amazon.com/cli/)"));
      await jobs
        .kubectl(["version", "--client"])
        .catch(explained("kubectl", "install it (https://kubernetes.io/docs/tasks/tools/)"));
      return await work(jobs);
    } catch (error) {
      throw stop.aborted && !(error instanceof Stopped) ? stop.reason : error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs one job to its end and shows what it logs. @throws Failure when it fails. */
  async run(template: Template, name: string, args: string[], host?: string): Promise<void> {
    const from = `--from=cronjob/database-backup-${template}`;
    const made = ["create", "job", name, from, "--dry-run=client", "--output=json"];
    const job = JSON.parse(await this.kubectl(made)) as JobObject;
    const [container] = job.spec.template.spec.containers;
    container!.args = args;
    if (host)
      container!.env = container!.env.map((e) =>
        e.name === "PGHOST" ? { name: "PGHOST", value: host } : e,
      );
    await this.kubectl(["create", "--filename=-"], { input: JSON.stringify(job) });
    const ended = await this.ending(name);
    const log = await run("kubectl", [...this.where(), "logs", `job/${name}`]);
    process.stdout.write(log.stdout.replaceAll(/^(?=.)/gm, "      "));
    if (!ended)
      throw new Failure(
        `job ${name} failed; its last line says why, kubectl --namespace ${namespace} describe job ${name} the rest`,
      );
  }

  /** Whether the job completes; kubectl waits for one condition only, so two waits race. */
  private async ending(name: string): Promise<boolean> {
    const decided = new AbortController();
    const signal = AbortSignal.any([this.stop, decided.signal]);
    const until = async (condition: string) => {
      const args = ["wait", `job/${name}`, `--for=condition=${condition}`, "--timeout=4h"];
      await this.kubectl(args, { signal });
      return condition === "Complete";
    };
    const waits = [until("Complete"), until("Failed")];
    try {
      return await Promise.race(waits);
    } finally {
      decided.abort();
      await Promise.allSettled(waits);
    }
  }

  private kubectl(args: string[], options: RunOptions = {}): Promise<string> {
    return output("kubectl", [...this.where(), ...args], { signal: this.stop, ...options });
  }

  private where(): string[] {
    return ["--kubeconfig", this.kubeconfig, "--namespace", namespace];
  }
}

/** Adds the remedy to the error of a missing program. */
function explained(program: string, remedy: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof MissingTool)) throw error;
    throw new MissingTool(`${program}: it is not on the PATH: ${remedy} and put it on the PATH`);
  };
}

interface JobObject {
  spec: {
    template: {
      spec: { containers: { args?: string[]; env: { name: string; value?: string }[] }[] };
    };
  };
}
