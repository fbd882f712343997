import { randomBytes } from "node:crypto";
import { freePorts } from "../../../../rehearsal/receivers/free-ports";
import { isParted } from "./checkout";
import { runJob, startJob, type Ended, type LogLine } from "./job";

/** A job that restores on a scratch server, and what that server's pod said. */
export interface OnScratch extends Ended {
  /** None where the job has a server of its own. */
  scratch: LogLine[];
}

/**
 * Runs a job that restores on a scratch server, and the server: a process of its own that has the
 * passwords and nothing else, as its pod.
 */
export async function verified(args: string[], env: NodeJS.ProcessEnv): Promise<OnScratch> {
  if (!isParted) return { ...(await runJob(args, env)), scratch: [] };
  const [port] = await freePorts(1);
  const passwords = {
    SCRATCH_OWNER_PASSWORD: randomBytes(20).toString("hex"),
    SCRATCH_RESTORER_PASSWORD: randomBytes(20).toString("hex"),
  };
  const server = await startJob(["scratch", "--port", String(port)], passwords);
  await server.said("waiting for a verification");
  const ended = await runJob(args, {
    ...env,
    ...passwords,
    SCRATCH_HOST: "127.0.0.1",
    SCRATCH_PORT: String(port),
  });
  // Who gave up before it came says nothing to the server.
  if (ended.code !== 0) server.child.kill("SIGTERM");
  return { ...ended, scratch: (await server.done).lines };
}
