import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { planeTools } from "../../../rehearsal/control-plane/control-plane";
import { missingRealNodes } from "../../../rehearsal/nodes/missing";
import { realNodesTools } from "../../../rehearsal/nodes/programs";
import { runInSandbox } from "../../../rehearsal/sandbox/sandbox";
import { needTools, skipLoudly } from "../../support/need-tools";
import { checks } from "./checks";

const minutes = 60_000;

describe("a cluster of real nodes", function () {
  let folder: string;
  let results: Record<string, { said?: string; error?: string }> = {};

  before(async function () {
    await needTools(this, [...planeTools, ...realNodesTools]);
    const missing = await missingRealNodes();
    if (missing) skipLoudly(this, missing);
    this.timeout(6 * minutes);
    folder = mkdtempSync(path.join(os.tmpdir(), "nodes-test-"));
    const report = path.join(folder, "report.json");
    const script = path.join(__dirname, "in-sandbox.ts");
    const signal = AbortSignal.timeout(5 * minutes);
    assert.equal(await runInSandbox(script, [report], signal), 0);
    results = JSON.parse(readFileSync(report, "utf8")) as typeof results;
  });

  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  for (const { name } of checks)
    it(name, () => {
      const result = results[name];
      assert.ok(result, "not tried");
      assert.equal(result.error, undefined);
      if (result.said) console.log(`      ${result.said}`);
    });
});
