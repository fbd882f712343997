import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rmdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { start } from "../../../lib/processes";
import { removeSandboxes, sandboxPrefix } from "../../../rehearsal/sandbox/leftovers";

describe("sandboxes whose janitor was killed too", () => {
  it("are removed before the next one starts, and those of living runs are not", async () => {
    const ended = await start("cat", [], { stdin: "pipe" });
    const exit = once(ended, "exit");
    ended.stdin!.end();
    await exit;
    const folderOf = (pid: number) => mkdtemp(path.join(os.tmpdir(), `${sandboxPrefix}${pid}-`));
    const [left, mine] = [await folderOf(ended.pid!), await folderOf(process.pid)];
    try {
      assert.ok((await removeSandboxes()).includes(path.basename(left)));
      assert.ok(!existsSync(left));
      assert.ok(existsSync(mine));
    } finally {
      await rmdir(mine);
    }
  });
});
