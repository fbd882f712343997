import assert from "node:assert/strict";
import { type ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { starvedAbove, StarvationWatch } from "../../chaos/starvation";
import { start } from "../../lib/processes";

/** Programs that do nothing but count, all on one processor, the first one last in every queue. */
async function crowd(count: number): Promise<ChildProcess[]> {
  const busy = ["-e", "for (;;);"];
  const one = (nice: string) =>
    start("taskset", ["--cpu-list", "0", "nice", "-n", nice, process.execPath, ...busy], {});
  const others = Array.from({ length: count - 1 }, () => one("0"));
  return Promise.all([one("15"), ...others]);
}

async function waitedBy(pids: string[], milliseconds: number): Promise<number> {
  const watch = new StarvationWatch(() => pids);
  await pause(milliseconds);
  return watch.stop();
}

describe("the watch over processes that wait for a processor", () => {
  it("sees one that others keep from it", async () => {
    const children = await crowd(3);
    try {
      const waited = await waitedBy([String(children[0]!.pid)], 2000);
      assert.ok(waited > starvedAbove && waited < 1200, `${waited} ms`);
    } finally {
      for (const child of children) child.kill("SIGKILL");
    }
  });

  it("sees none that sleeps, and passes over one that has ended", async () => {
    const child = await start("sleep", ["60"], {});
    try {
      assert.ok((await waitedBy([String(child.pid), "0", "4194305"], 500)) < starvedAbove);
    } finally {
      child.kill();
    }
  });
});
