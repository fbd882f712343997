import assert from "node:assert/strict";
import { View } from "../../lib/progress";

/** A view on a stream that keeps what is written to it. */
function viewOn(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { view: new View({ isTTY, columns: 80, write }), written };
}

describe("the view of what a rehearsal does", () => {
  it("is a line for every step where there is no terminal", async () => {
    const { view, written } = viewOn(false);
    await view.run(view.add("Crash"), async (say) => say("promoting"));
    assert.deepEqual(written, ["Crash: starts\n", "Crash: promoting\n", "Crash: ✔ 0 s\n"]);
  });

  it("marks a task as failed by its result, without an error, and by an error", async () => {
    const { view, written } = viewOn(false);
    const result = await view.run(
      view.add("Lag"),
      async () => 2,
      (lag) => lag < 1,
    );
    assert.equal(result, 2);
    const broken = view.run(view.add("Drain"), () => Promise.reject(new Error("it broke")));
    await assert.rejects(broken, /it broke/);
    assert.deepEqual(
      written.filter((line) => line.includes("✘")),
      ["Lag: ✘ 0 s\n", "Drain: ✘ 0 s\n"],
    );
  });

  it("is one line per task on a terminal, drawn a last time at the end", async () => {
    const { view, written } = viewOn(true);
    await view.run(view.add("Crash"), async (say) => say("promoting"));
    view.end();
    view.end();
    assert.equal(written.length, 1);
    assert.match(written[0]!, /^✔ Crash +0 s\s+$/);
  });
});
