import { randomBytes } from "node:crypto";
import { freePorts } from "../../../../rehearsal/receivers/free-ports";
import { isParted } from "./checkout";
import { runJob, startJob, type Ended, type Job, type LogLine } from "./job";

/** A job that restores on a scratch server, and what that server's pod said. */
export interface OnScratch extends Ended {
  /** None where the job has a server of its own. */
  scratch: LogLine[];
}

/** A scratch server in a process of its own, which has the passwords and nothing else, as its pod. */
export interface ScratchPod {
  server: Job;
  /** By what a job reaches it. */
  environment: NodeJS.ProcessEnv;
}

/** Starts one, with what else its pod is to have. It ends with the job that uses it. */
export async function scratchPod(env: NodeJS.ProcessEnv = {}): Promise<ScratchPod> {
  const [port] = await freePorts(1);
  const passwords = {
    SCRATCH_OWNER_PASSWORD: randomBytes(20).toString("hex"),
    SCRATCH_RESTORER_PASSWORD: randomBytes(20).toString("hex"),
  };
  const server = await startJob(["scratch", "--port", String(port)], { ...env, ...passwords });
  await server.said("waiting for a verification");
  const address = { SCRATCH_HOST: "127.0.0.1", SCRATCH_PORT: String(port) };
  return { server, environment: { ...passwords, ...address } };
}

/** Runs a job that restores on a scratch server, and the server. */
export async function verified(args: string[], env: NodeJS.ProcessEnv): Promise<OnScratch> {
  if (!isParted) return { ...(await runJob(args, env)), scratch: [] };
  const { server, environment } = await scratchPod();
  const ended = await runJob(args, { ...env, ...environment });
  // Who gave up before it came says nothing to the server.
  if (ended.code !== 0) server.child.kill("SIGTERM");
  return { ...ended, scratch: (await server.done).lines };
}
