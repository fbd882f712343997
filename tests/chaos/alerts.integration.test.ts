import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { alertTools } from "../../chaos/alerts/rehearsal";
import { faults } from "../../chaos/alerts/faults";
import type { Report } from "../../lib/report";
import { missingRealNodes } from "../../rehearsal/nodes/missing";
import { needTools, skipLoudly } from "../support/need-tools";
import { runCommand } from "../rehearsal/support";

/** Minutes without a fault. */
const soak = 60;

describe("npm run rehearse:alerts", function () {
  this.timeout(2 * 60 * 60_000);
  let folder: string;

  before(async function () {
    const missing = await missingRealNodes();
    if (missing) skipLoudly(this, missing);
    await needTools(this, alertTools);
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-test-"));
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it(`tells of every fault once, and of nothing in ${soak} minutes without one`, async function () {
    const file = path.join(folder, "report.json");
    const data = path.join(folder, "data");
    const args = ["--soak", String(soak), "--keep", data, "--json", file];
    const { code, stdout, stderr } = await runCommand("rehearse-alerts", args);
    const report = JSON.parse(await readFile(file, "utf8")) as Report;
    if (report.claims.every(({ kind }) => kind === "skipped"))
      skipLoudly(this, report.claims[0]!.claim);
    const broken = report.claims.filter(({ holds }) => !holds);
    assert.deepEqual(broken, [], `${stdout}\n${stderr.slice(-5000)}`);
    assert.equal(code, 0);
    for (const { name } of faults)
      assert.ok(
        report.claims.some(({ id, injection }) => id.startsWith(`${name}.`) && injection),
        `${name} proves no injection`,
      );
    assert.ok(
      (await readdir(path.join(data, "soak"))).includes("wal"),
      "no data of Prometheus was kept",
    );
  });
});
