import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { isAlive } from "../lib/processes";
import type { Progress } from "./source";

/**
 * Runs `work` while no other process holds the lock `file`. The lock only saves doing a long build
 * twice; what keeps results whole is that they are published by a rename. That is why a lock left
 * by a killed process may simply be taken over.
 */
export async function withLock<T>(
  file: string,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true });
  let told = false;
  // A process's death is no file event, so this has to look again.
  await pWaitFor(
    async () => {
      if (await acquire(file)) return true;
      const holder = Number(await readFile(file, "utf8").catch(() => ""));
      if (holder && !isAlive(holder)) {
        await rm(file, { force: true });
        return acquire(file);
      }
      // No holder: it was given back meanwhile.
      if (holder && !told) {
        progress(`waiting for process ${holder}, which is installing it`);
        told = true;
      }
      return false;
    },
    { interval: 250 },
  );
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** Makes the lock with its holder in it, at once: nobody ever reads one that says nothing. */
async function acquire(file: string): Promise<boolean> {
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(own);
  }
}
