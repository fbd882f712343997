import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The laboratory lives in namespaces of its own: network, mounts and processes. No address, port or
 * file of this machine is touched, and whatever ends the laboratory, the kernel takes away every
 * process, network and file of it at once. Root is not needed where users may make namespaces.
 */
const namespaces = [
  ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
  ...["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
];

/** Why this machine cannot run the laboratory, in one line; undefined where it can. */
export function missingSandbox(): string | undefined {
  const trial = spawnSync("unshare", [...namespaces, "ip", "link", "set", "lo", "up"], {
    encoding: "utf8",
  });
  if (trial.status === 0) return undefined;
  const reason = trial.error?.message ?? trial.stderr.trim();
  return `needs namespaces of its own (run as root, or allow user namespaces) and iproute2: ${reason}`;
}

/**
 * Runs a script of this project inside new namespaces, with an empty folder in memory as its first
 * argument. Resolves with its exit code; on SIGINT or SIGTERM with 130, and nothing is left.
 */
export async function runInSandbox(script: string, args: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "mini-xdr-laboratory-"));
  const child = spawn(
    "unshare",
    [
      ...namespaces,
      process.execPath,
      "--require",
      require.resolve("tsx/cjs"),
      script,
      folder,
      ...args,
    ],
    // The pipe tells the inner process when this one is gone, however it ended. A group of its own
    // keeps Ctrl-C from reaching the parts of the laboratory before this process does.
    { stdio: ["pipe", "inherit", "inherit"], detached: true },
  );
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    child.kill("SIGKILL");
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(interrupted ? 130 : (code ?? 1)));
    });
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    rmdirSync(folder);
  }
}

/** Called first inside: files in memory, a loopback, names from our own server, an end with the parent's. */
export function enterSandbox(folder: string): void {
  process.stdin.on("end", () => process.exit(1)).resume();
  const run = (command: string, ...args: string[]) => {
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  };
  run("mount", "-t", "tmpfs", "-o", "mode=755,size=4g", "laboratory", folder);
  run("mount", "-t", "tmpfs", "-o", "mode=755", "laboratory", "/run");
  const resolver = join(folder, "resolv.conf");
  writeFileSync(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:2\n");
  run("mount", "--bind", resolver, "/etc/resolv.conf");
  run("ip", "link", "set", "lo", "up");
}
