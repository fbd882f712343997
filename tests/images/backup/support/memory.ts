import { readdir, readFile } from "node:fs/promises";
import { setInterval } from "node:timers/promises";

/** Largest memory that a process and its descendants took together, MiB: shared pages count once. */
export async function peakMemory(pid: number, ended: Promise<unknown>): Promise<number> {
  const stop = new AbortController();
  void ended.finally(() => stop.abort());
  let peak = 0;
  try {
    // Memory has no event to wait for.
    for await (const look of setInterval(200, memoryOf, { signal: stop.signal }))
      peak = Math.max(peak, await look(pid));
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
  }
  return Math.round(peak / 1024);
}

/** Proportional set size of a process tree, KiB. */
async function memoryOf(pid: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const entry of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const text = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    // The name in brackets may hold anything.
    const [, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    parents.set(Number(entry), Number(parent));
  }
  const isBelow = (id: number | undefined): boolean =>
    id !== undefined && (id === pid || isBelow(parents.get(id)));
  let sum = 0;
  for (const id of [...parents.keys()].filter(isBelow)) {
    const text = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => "");
    sum += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return sum;
}
