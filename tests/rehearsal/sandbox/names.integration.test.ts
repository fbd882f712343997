import assert from "node:assert/strict";
import { missingSandbox, runInSandbox } from "../../../rehearsal/sandbox/sandbox";
import path from "node:path";

describe("the laboratory's resolver", () => {
  it("believes a record for its time to live, and says for how long", async function () {
    this.timeout(30_000);
    if (await missingSandbox()) this.skip();
    assert.equal(await runInSandbox(path.join(__dirname, "names-in-sandbox.ts"), []), 0);
  });
});
