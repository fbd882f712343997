import pWaitFor from "p-wait-for";
import { kubectl } from "./kubectl";
import type { Platform } from "./platform";

/** Namespace of the planned backup jobs. */
const namespace = "database";

/** A Job that has ended. */
export interface EndedJob {
  name: string;
  /** Whether it is complete; else it has failed. */
  complete: boolean;
  /** Pods of it that failed. */
  failures: number;
  seconds: number;
  /** Lines of all its containers. */
  log: string[];
}

/** A Job from a CronJob. */
export interface JobRequest {
  /** Name of the CronJob. */
  cronJob: string;
  name: string;
  /** Its container's arguments; by default the CronJob's. */
  args?: string[];
  /** Seconds in which it has to end, one way or the other. */
  within: number;
}

/**
 * Makes a Job as `kubectl create job --from=cronjob/…` does and waits for its end.
 *
 * @throws Error, with what the API server says of its pods, when it does not end in time.
 */
export async function runJob(platform: Platform, request: JobRequest): Promise<EndedJob> {
  const { cronJob, name, args, within } = request;
  const since = performance.now();
  const planned = ["create", "job", name, `--from=cronjob/${cronJob}`];
  if (args) {
    // As `npm run restore` does it.
    const text = await kubectl(platform, namespace, [
      ...planned,
      "--dry-run=client",
      "--output=json",
    ]);
    const job = JSON.parse(text) as { spec: { template: { spec: { containers: object[] } } } };
    Object.assign(job.spec.template.spec.containers[0]!, { args });
    await kubectl(platform, namespace, ["create", "--filename=-"], JSON.stringify(job));
  } else await kubectl(platform, namespace, planned);
  const { complete, failures } = await ending(platform, name, within);
  const seconds = (performance.now() - since) / 1000;
  const all = ["--all-containers", "--tail=-1", `--selector=job-name=${name}`];
  const log = await kubectl(platform, namespace, ["logs", ...all]);
  return { name, complete, failures, seconds, log: log.split("\n") };
}

/** Deletes Jobs and their pods. */
export async function deleteJobs(platform: Platform, names: string[]): Promise<void> {
  await kubectl(platform, namespace, ["delete", "jobs", ...names, "--ignore-not-found"]);
}

interface Job {
  status: { failed?: number; conditions?: { type: string; status: string }[] };
}

async function ending(platform: Platform, name: string, within: number) {
  const { api } = platform.plane;
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
  const until = performance.now() + within * 1000;
  return pWaitFor(
    async () => {
      const { status } = await api.get<Job>(path);
      const is = (type: string) =>
        status.conditions?.some(
          (condition) => condition.type === type && condition.status === "True",
        );
      if (is("Complete") || is("Failed"))
        return pWaitFor.resolveWith({
          complete: is("Complete") === true,
          failures: status.failed ?? 0,
        });
      if (performance.now() < until) return false;
      const selector = `--selector=job-name=${name}`;
      const pods = await kubectl(platform, namespace, ["get", "pods", selector, "--no-headers"]);
      throw new Error(`job ${name} has not ended after ${within} s: ${pods}`);
    },
    { interval: 200 },
  );
}
