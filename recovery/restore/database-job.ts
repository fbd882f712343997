import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { output, run } from "../../lib/processes";
import type { Outputs } from "../engine";

const namespace = "database";
const template = "cronjob/database-backup-restore";

/** Runs the backup image in the cluster, from the chart's suspended restore job. */
export class DatabaseJobs {
  private constructor(private readonly kubeconfig: string) {}

  /** Reaches the stack's own cluster, whatever the user's current context is. */
  static async with<T>(
    { eksClusterName, regions }: Outputs,
    work: (jobs: DatabaseJobs) => Promise<T>,
  ): Promise<T> {
    const folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-"));
    try {
      const kubeconfig = path.join(folder, "kubeconfig");
      const cluster = ["--region", regions.primary, "--name", eksClusterName];
      await output("aws", ["eks", "update-kubeconfig", ...cluster, "--kubeconfig", kubeconfig]);
      return await work(new DatabaseJobs(kubeconfig));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs one job to its end and shows what it logs. @throws when it fails. */
  async run(name: string, args: string[], host?: string): Promise<void> {
    const made = ["create", "job", name, `--from=${template}`, "--dry-run=client", "--output=json"];
    const job = JSON.parse(await this.kubectl(made)) as JobObject;
    const [container] = job.spec.template.spec.containers;
    container!.args = args;
    if (host)
      container!.env = container!.env.map((e) =>
        e.name === "PGHOST" ? { name: "PGHOST", value: host } : e,
      );
    await this.kubectl(["create", "--filename=-"], JSON.stringify(job));
    const ended = await this.ending(name);
    const log = await run("kubectl", [...this.options(), "logs", `job/${name}`]);
    process.stdout.write(log.stdout.replaceAll(/^(?=.)/gm, "      "));
    if (!ended)
      throw new Error(
        `job ${name} failed; its last line says why, kubectl --namespace ${namespace} describe job ${name} the rest`,
      );
  }

  /** Whether the job completes; kubectl waits for one condition only, so two of them race. */
  private async ending(name: string): Promise<boolean> {
    const decided = new AbortController();
    const until = async (condition: string) => {
      const args = ["wait", `job/${name}`, `--for=condition=${condition}`, "--timeout=4h"];
      await output("kubectl", [...this.options(), ...args], { signal: decided.signal });
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

  private kubectl(args: string[], input?: string): Promise<string> {
    return output("kubectl", [...this.options(), ...args], { input });
  }

  private options(): string[] {
    return ["--kubeconfig", this.kubeconfig, "--namespace", namespace];
  }
}

interface JobObject {
  spec: {
    template: {
      spec: { containers: { args?: string[]; env: { name: string; value?: string }[] }[] };
    };
  };
}
