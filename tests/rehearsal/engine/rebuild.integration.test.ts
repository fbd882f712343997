import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, readlink, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { engineTools } from "../../../rehearsal/engine/engine-stack";
import { folderPrefix } from "../../../rehearsal/control-plane/leftovers";
import type { Report } from "../../../lib/report";
import { needTools } from "../../support/need-tools";
import { folders, runCommand } from "../support";

describe("npm run rehearse:rebuild, under the real engine", function () {
  // Alone it takes 260 s, and twice that where others want the processors too.
  this.timeout(900_000);

  before(async function () {
    await needTools(this, engineTools);
  });

  it("brings prod up, refuses a time-out, rebuilds the lost cluster, leaves the lost Region", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-test-"));
    const file = path.join(folder, "report.json");
    try {
      const { code, stdout, stderr, pid } = await runCommand("rehearse-rebuild", [
        "--stack",
        "prod",
        "--json",
        file,
      ]);
      assert.equal(code, 0, stderr + stdout);
      const { claims, seconds } = JSON.parse(await readFile(file, "utf8")) as Report;
      console.log(`      ${claims.length} claims in ${seconds} s`);
      assert.deepEqual(
        claims.filter(({ holds }) => !holds),
        [],
      );
      for (const step of ["proof", "refresh", "check", "up", "addresses", "answer", "total"])
        assert.ok(claims.some(({ id }) => id === `rebuild.${step}`));
      for (const what of ["old-way", "asked", "images-missing", "name", "seconds"])
        assert.ok(claims.some(({ id }) => id === `region-loss.${what}`));
      assert.match(stdout, /Stand-ins: AWS/);
      assert.deepEqual(await folders(pid), []);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("ends on Ctrl-C and leaves nothing", async () => {
    const { code, stderr, pid } = await runCommand("rehearse-rebuild", [], (text, child) => {
      if (/First up.*pgbouncer-release creating/.test(text)) child.kill("SIGINT");
    });
    assert.equal(code, 130, stderr);
    assert.match(stderr, /stopped by SIGINT/);
    assert.deepEqual(await folders(pid), []);
    const places = await placesOfProcesses();
    assert.deepEqual(
      places.filter((place) => place.includes(`${folderPrefix}${pid}-`)),
      [],
    );
  });

  it("refuses an unknown stack: one line, exit code 2", async () => {
    const { code, stderr } = await runCommand("rehearse-rebuild", ["--stack", "nowhere"]);
    assert.equal(code, 2);
    assert.match(stderr, /^error: --stack: "nowhere" is not allowed; allowed: prod, staging$/m);
  });
});

/** Where all processes work, folders that are gone included; empty where /proc does not tell. */
async function placesOfProcesses(): Promise<string[]> {
  const names = await readdir("/proc").catch(() => []);
  const links = names.filter((name) => /^\d+$/.test(name)).map((pid) => `/proc/${pid}/cwd`);
  return Promise.all(links.map((link) => readlink(link).catch(() => "")));
}
