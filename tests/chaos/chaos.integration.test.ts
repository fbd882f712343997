import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { drills } from "../../chaos/drills";
import { chaosTools } from "../../chaos/rehearsal";
import type { Claim } from "../../lib/claim";
import type { Report } from "../../lib/report";
import { missingRealNodes } from "../../rehearsal/nodes/missing";
import { needTools, skipLoudly } from "../support/need-tools";
import { runCommand } from "../rehearsal/support";

/** Seconds in which the whole suite has to end, images at hand, and but for runs that said nothing. */
const longest = 900;

describe("npm run rehearse:chaos", function () {
  this.timeout(1_800_000);
  let folder: string;

  before(async function () {
    const missing = await missingRealNodes();
    if (missing) skipLoudly(this, missing);
    await needTools(this, chaosTools);
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-test-"));
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it("proves every drill's claims on prod, each with a sham run, a fault that happened and a control", async () => {
    const file = path.join(folder, "report.json");
    const { code, stdout, stderr } = await runCommand("rehearse-chaos", ["--json", file]);
    const report = JSON.parse(await readFile(file, "utf8")) as Report;
    console.log(`    ${report.claims.length} claims in ${report.seconds} s`);
    const broken = report.claims.filter(({ holds }) => !holds);
    assert.deepEqual(broken, [], `${stdout}\n${stderr.slice(-5000)}`);
    assert.equal(code, 0);
    const repeated = report.claims.filter(({ id }) => id.endsWith(".repeated"));
    const inVain = repeated.reduce((sum, { value }) => sum + value!, 0);
    const took = `the suite took ${report.seconds} s, ${Math.round(inVain)} s of it in vain`;
    assert.ok(report.seconds - inVain < longest, took);
    for (const { name } of drills) {
      const own = report.claims.filter(({ id }) => id.startsWith(`${name}.`));
      assert.ok(own.some(withInjection), `${name} proves no injection`);
      assert.ok(
        own.some(({ id }) => id === `${name}.control`),
        `${name} has no control`,
      );
    }
  });

  it("ends on Ctrl-C while nodes start, and leaves nothing", async () => {
    const { code, stderr, pid } = await runCommand(
      "rehearse-chaos",
      ["--drill", "pod-kill"],
      (text, child) => {
        if (text.includes("applying")) child.kill("SIGINT");
      },
    );
    assert.equal(code, 130, stderr);
    assert.match(stderr, /stopped by SIGINT/);
    const left = (await readdir(os.tmpdir())).filter((name) => name.includes(`-${pid}-`));
    assert.deepEqual(left, []);
  });
});

function withInjection({ injection }: Claim): boolean {
  return injection !== null;
}
