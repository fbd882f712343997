// Synchronous inside the sandbox: nothing may run there before it is prepared.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MissingTool } from "../../lib/ends";
import { run, start } from "../../lib/processes";
import { removeSandboxes, sandboxPrefix, startJanitor } from "./leftovers";

/**
 * The laboratory has its own namespaces: network, mounts and processes. No address, port or
 * file of this machine is touched, and however the laboratory ends, the kernel removes every
 * process, network and file of it at once. Root is not needed where users may make namespaces.
 */
const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
if (process.getuid?.() !== 0) namespaces.push("--user", "--map-root-user");

/** In the sandbox's folder; its janitor knows it too. */
const inputFile = "input";

/** Why this machine cannot run the laboratory, in one line; undefined where it can. */
export async function missingSandbox(): Promise<string | undefined> {
  const needs =
    "needs namespaces of its own (run as root, or allow user namespaces) and iproute2: ";
  try {
    const trial = await run("unshare", [...namespaces, "ip", "link", "set", "lo", "up"]);
    return trial.code === 0 ? undefined : needs + trial.stderr;
  } catch (error) {
    if (error instanceof MissingTool) return needs + error.message;
    throw error;
  }
}

/**
 * Runs a script of this project inside new namespaces, with an empty folder in memory as its first
 * argument. Resolves with its exit code; an abort ends everything inside at once, and nothing is
 * left.
 *
 * @param input what is too long for an argument; inside, {@link takeInput} has it
 */
export async function runInSandbox(
  script: string,
  args: string[],
  signal?: AbortSignal,
  input?: string,
): Promise<number> {
  await removeSandboxes();
  const folder = await mkdtemp(join(tmpdir(), `${sandboxPrefix}${process.pid}-`));
  if (input !== undefined) writeFileSync(join(folder, inputFile), input, { mode: 0o600 });
  const janitor = await startJanitor(folder);
  const cleaned = once(janitor, "exit");
  const inside = [process.execPath, "--require", require.resolve("tsx/cjs"), script, folder];
  try {
    const sandbox = await start("unshare", [...namespaces, ...inside, ...args], {
      // The first pipe tells the inner process when this one is gone, however it ended; the last
      // one tells the janitor when unshare is, which ends after everything inside.
      stdio: ["pipe", "inherit", "inherit", janitor.stdin!],
      // A group of its own keeps Ctrl-C from reaching the laboratory before this process.
      detached: true,
    });
    const ended = once(sandbox, "exit") as Promise<[number | null]>;
    let late: NodeJS.Timeout | undefined;
    const end = () => {
      sandbox.stdin!.destroy();
      late = setTimeout(() => killSandbox(sandbox.pid!), 1000);
    };
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
    const [code] = await ended;
    clearTimeout(late);
    signal?.removeEventListener("abort", end);
    signal?.throwIfAborted();
    return code ?? 1;
  } finally {
    // Only this process's end of the pipe: unshare, where it still ends, has its own.
    janitor.stdin!.destroy();
    await cleaned;
  }
}

/** What {@link runInSandbox} was given as input. Called inside, before {@link enterSandbox}. */
export function takeInput(folder: string): string {
  const file = join(folder, inputFile);
  const input = readFileSync(file, "utf8");
  rmSync(file);
  return input;
}

/**
 * Called first inside: files in memory, at most so many GiB, a loopback, names from our own server,
 * an end with the parent's.
 */
export function enterSandbox(folder: string, gibibytes = 4): void {
  process.stdin.on("end", () => process.exit(1)).resume();
  const must = (command: string, ...args: string[]) => {
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  };
  must("mount", "-t", "tmpfs", "-o", `mode=755,size=${gibibytes}g`, "laboratory", folder);
  must("mount", "-t", "tmpfs", "-o", "mode=755", "laboratory", "/run");
  const resolver = join(folder, "resolv.conf");
  writeFileSync(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:2\n");
  must("mount", "--bind", resolver, "/etc/resolv.conf");
  must("ip", "link", "set", "lo", "up");
}

/**
 * Kills the first process inside, which did not end by itself. unshare waits until the kernel has
 * ended all others; killed itself, it would not.
 */
function killSandbox(unshare: number): void {
  const children = readFileSync(`/proc/${unshare}/task/${unshare}/children`, "utf8");
  const [first] = children.split(" ").filter(Boolean);
  process.kill(Number(first ?? unshare), "SIGKILL");
}
