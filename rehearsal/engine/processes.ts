import { readdir, readlink } from "node:fs/promises";

/**
 * Ends every process that works in a folder: plugins of an engine that was killed before it could
 * end them itself. Only Linux tells where a process works; elsewhere nothing happens.
 */
export async function endProcessesIn(folder: string): Promise<void> {
  const names = await readdir("/proc").catch(() => []);
  for (const pid of names.filter((name) => /^\d+$/.test(name)).map(Number)) {
    const place = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    if (pid === process.pid || !`${place}/`.startsWith(`${folder}/`)) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}
