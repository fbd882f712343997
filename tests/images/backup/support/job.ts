import { spawn, type ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { bundle } from "../../../../rehearsal/images/bundle";
import { checkout } from "./checkout";
import { newFolder } from "./folder";
import { postgresFolder } from "./postgres-folder";
import { unprivileged } from "./unprivileged";

/** The program as a checkout's image has it. */
const bundled = (from: string) => bundle(join(from, "images/backup/main.ts"));

/** A job that runs as in its pod: a process of its own, everything by environment. */
export interface Job {
  child: ChildProcess;
  /** Lines that it has logged so far. */
  lines: LogLine[];
  /** The first line with this message, now or later. Rejects when the job ends without it. */
  said: (message: string) => Promise<LogLine>;
  done: Promise<Ended>;
}

export interface LogLine {
  level: string;
  message: string;
  [field: string]: unknown;
}

export interface Ended {
  code: number | null;
  lines: LogLine[];
  /** The last error line; empty when there is none. */
  error: string;
}

/** @param from the checkout whose image it is */
export async function startJob(
  args: string[],
  env: NodeJS.ProcessEnv,
  from = checkout,
): Promise<Job> {
  const work = await newFolder();
  // By node:child_process: a pod's job has no variable of this process.
  const child = spawn(process.execPath, [await bundled(from), ...args], {
    ...unprivileged,
    cwd: work,
    env: {
      PATH: process.env.PATH,
      // The SDK's note about the next Node.
      NODE_NO_WARNINGS: "1",
      PG_BIN: await postgresFolder(),
      WORK_FOLDER: work,
      RPO_LIMIT_SECONDS: "3600",
      RTO_LIMIT_SECONDS: "14400",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: LogLine[] = [];
  const grown = new EventEmitter();
  let text = "";
  child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
    const parts = (text + chunk).split("\n");
    text = parts.pop()!;
    lines.push(...parts.map((line) => JSON.parse(line) as LogLine));
    grown.emit("lines");
  });
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const done = new Promise<Ended>((resolve) => {
    child.on("close", (code) => {
      const error = lines.findLast(({ level }) => level === "error")?.message ?? "";
      resolve({ code, lines, error: error || stderr });
    });
  });
  const said = async (message: string) => {
    for (;;) {
      const line = lines.find((one) => one.message === message);
      if (line) return line;
      const more = once(grown, "lines");
      const ended = await Promise.race([done, more.then(() => undefined)]);
      if (ended && !lines.some((one) => one.message === message))
        throw new Error(`${args[0]} ended without "${message}": ${ended.error}`);
    }
  };
  return { child, lines, said, done };
}

/** Runs a job to its end. */
export async function runJob(args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return (await startJob(args, env)).done;
}
