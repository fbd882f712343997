import assert from "node:assert/strict";
import { runInSandbox } from "../../../rehearsal/sandbox/sandbox";
import path from "node:path";
import { needSandbox } from "../support";

describe("the laboratory's resolver", () => {
  it("believes a record for its time to live, and says for how long", async function () {
    this.timeout(30_000);
    await needSandbox(this);
    assert.equal(await runInSandbox(path.join(__dirname, "names-in-sandbox.ts"), []), 0);
  });
});
