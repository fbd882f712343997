import assert from "node:assert/strict";
import { once } from "node:events";
import { Failure, MissingTool } from "../../lib/ends";
import { isAlive, output, run, start } from "../../lib/processes";

describe("running a program", () => {
  it("returns how it ended and what it printed, whatever that is", async () => {
    const script = "cat; echo wrong >&2; exit 4";
    const result = await run("sh", ["-c", script], { input: "one\ntwo\n" });
    assert.deepEqual(result, { code: 4, stdout: "one\ntwo", stderr: "wrong" });
  });

  it("shows every line as it is printed", async () => {
    const lines: string[] = [];
    const { stdout } = await run("sh", ["-c", "echo one; echo two"], {
      onLine: (line) => lines.push(line),
    });
    assert.deepEqual(lines, ["one", "two"]);
    assert.equal(stdout, "one\ntwo");
  });

  it("survives a program that does not read its input", async () => {
    assert.equal((await run("true", [], { input: "x".repeat(1 << 20) })).code, 0);
  });

  it("ends it by the signal that was asked for", async () => {
    const signal = AbortSignal.timeout(50);
    const script = "trap '' TERM; while :; do sleep 1; done";
    const { code } = await run("sh", ["-c", script], { signal, killSignal: "SIGKILL" });
    assert.notEqual(code, 0);
  });

  it("names a program that is not there", async () => {
    const error = await run("no-such-program").catch((reason: unknown) => reason);
    assert.ok(error instanceof MissingTool);
    assert.match(error.message, /^no-such-program: it is not on the PATH/);
  });

  it("fails by the last error line where success is asked for", async () => {
    const script = "echo 'error: the reason' >&2; echo 'see the log' >&2; exit 1";
    await assert.rejects(output("sh", ["-c", script]), (error: Error) => {
      assert.ok(error instanceof Failure);
      return error.message === "sh: error: the reason";
    });
  });

  it("tells whether a process lives", () => {
    assert.equal(isAlive(process.pid), true);
    assert.equal(isAlive(2 ** 22 + 1), false);
  });

  it("starts one beside this one, which runs until it is ended", async () => {
    const child = await start("sleep", ["60"], { stdio: "ignore" });
    assert.ok(isAlive(child.pid!));
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.ok(!isAlive(child.pid!));
    await assert.rejects(start("no-such-program", [], {}), MissingTool);
  });
});
