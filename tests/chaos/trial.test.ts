import assert from "node:assert/strict";
import type { Run } from "../../chaos/bed";
import { starvedAbove } from "../../chaos/starvation";
import { believed } from "../../chaos/trial";
import { claim } from "../../lib/claim";

/** A drill's claims: how many requests failed, and how many writes were lost. */
const found = (failed: number, lost: number) => [
  claim({ id: "drill.failed", claim: "None fails", value: failed, unit: "requests", limit: 0 }),
  claim({ id: "drill.ledger", claim: "None is lost", value: lost, unit: "writes", limit: 0 }),
];
const quiet: Run = { waited: starvedAbove };
const starved: Run = { waited: starvedAbove + 1 };
const lagged: Run = { void: "the generator was late", waited: 0 };

/** What is left of attempts that fail as many requests, have these runs and lose so many writes. */
async function tried(...attempts: [failed: number, runs: Run[], lost?: number][]) {
  const runs: Run[] = [];
  let made = 0;
  const claims = await believed(
    "drill",
    runs,
    () => {},
    async () => {
      const [failed, own, lost = 0] = attempts[made++]!;
      runs.splice(0, runs.length, ...own);
      return found(failed, lost);
    },
  );
  return { made, broken: claims.filter(({ holds }) => !holds).map(({ id }) => id), claims };
}

describe("what a drill finds", () => {
  it("stands where its pods had their turns, whether it holds or not", async () => {
    assert.deepEqual((await tried([0, [quiet]])).broken, []);
    const { made, broken } = await tried([1, [quiet]]);
    assert.deepEqual([made, broken], [1, ["drill.failed"]]);
  });

  it("stands where it holds though pods waited for a processor: that makes nothing succeed", async () => {
    const { made, claims } = await tried([0, [starved]]);
    assert.deepEqual([made, claims.length], [1, 2]);
  });

  it("is looked for once more where it fails and pods waited; the report says so", async () => {
    const { made, broken, claims } = await tried([1, [quiet, starved]], [0, [quiet]]);
    assert.deepEqual([made, broken], [2, []]);
    assert.match(claims.at(-1)!.claim, /^Run once more, .* waited for a processor for 501 ms/);
    assert.equal(claims.at(-1)!.id, "drill.repeated");
  });

  it("is what the second run says, whatever was waited in it: no defect fails only once", async () => {
    const { made, broken } = await tried([1, [starved]], [2, [starved]]);
    assert.deepEqual([made, broken], [2, ["drill.failed"]]);
  });

  it("is looked for once more where a generator lagged, though all holds", async () => {
    const { made, broken, claims } = await tried([0, [lagged]], [0, [quiet]]);
    assert.deepEqual([made, broken], [2, []]);
    assert.match(claims.at(-1)!.claim, /the generator was late$/);
  });

  it("stands where a write was lost, whoever waited or lagged", async () => {
    for (const run of [starved, lagged]) {
      const { made, broken } = await tried([1, [run], 1]);
      assert.deepEqual([made, broken], [1, ["drill.failed", "drill.ledger"]]);
    }
  });

  it("is nothing where generators lagged in both", async () => {
    const { broken, claims } = await tried([0, [lagged]], [0, [quiet, lagged]]);
    assert.deepEqual(broken, ["drill.completed"]);
    assert.match(claims[0]!.claim, /two runs are void: the generator was late$/);
  });
});
