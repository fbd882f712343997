import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { drills } from "../../chaos/drills";
import { drillOf, lanesOf, Progress, runsAlone } from "../../chaos/lanes";

const names = drills.map(({ name }) => name);

describe("the lanes of chaos drills", () => {
  it("run every drill once", () => {
    assert.deepEqual(lanesOf(names).flat().toSorted(), names.toSorted());
  });

  it("run the controls that share a variant in a row, so that it is made once", () => {
    const variants = lanesOf(names).flatMap((lane) =>
      lane
        .flatMap((name) => drillOf(name).control?.variant ?? [])
        .filter((variant, index, all) => variant !== all[index - 1]),
    );
    assert.equal(variants.length, new Set(variants).size);
  });

  it("let what runs alone come last", () => {
    const lanes = lanesOf(names).map((lane) => lane.map((name) => runsAlone(drillOf(name))));
    for (const lane of lanes) assert.deepEqual(lane, lane.toSorted());
    assert.equal(lanes.flat().filter(Boolean).length, 1);
  });

  it("leave no lane without a drill", () => {
    assert.deepEqual(lanesOf(["zone-loss"]), [["zone-loss"]]);
    assert.deepEqual(lanesOf(["overload"]), [["overload"]]);
    assert.deepEqual(lanesOf(["overload", "rollback"]), [["rollback", "overload"]]);
    assert.deepEqual(lanesOf(["cache-loss", "rollback"]), [["rollback"], ["cache-loss"]]);
  });
});

describe("lanes that tell how far they are", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-test-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("come up one after the other", async () => {
    const [first, second] = [new Progress(folder, 2), new Progress(folder, 2)];
    await first.untilUp(0);
    let up = false;
    const waiting = second.untilUp(1).then(() => assert.ok(up));
    up = true;
    first.up(0);
    await waiting;
  });

  it("are alone once all others have left a report", async () => {
    const progress = new Progress(folder, 3);
    await writeFile(progress.report(0), "[]");
    let over = false;
    const waiting = progress.untilAlone(2).then(() => assert.ok(over));
    over = true;
    await writeFile(progress.report(1), "[]");
    await waiting;
  });
});
