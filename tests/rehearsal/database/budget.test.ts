import assert from "node:assert/strict";
import { claim } from "../../../lib/claim";
import { budgetOf } from "../../../rehearsal/database/budget";
import type { Shipped } from "../../../rehearsal/database/shipped";

const shipped = { topology: "cluster", follows: false } as Shipped;
const measured = (fault: string, value: number, measure = "added-recovery.p95") =>
  claim({ id: `failover.${fault}.${measure}`, claim: "added", value, unit: "s" });
const both = (fault: string, name: number, followed: number) => [
  measured(fault, name),
  measured(fault, followed, "followed.p95"),
];

describe("the failover budget of what was measured", () => {
  it("adds the worst fault to AWS's quoted promotion", () => {
    const claims = budgetOf([...both("crash", 3, 0.9), ...both("partition", 7.5, 0.6)], shipped);
    assert.deepEqual(
      claims.map(({ id, kind, value, limit, holds }) => [id, kind, value, limit, holds]),
      [
        ["budget.quoted-promotion", "quoted", 35, null, true],
        ["budget.added", "measured", 7.5, 10, true],
        ["budget.added-followed", "measured", 0.9, 10, true],
        ["budget.total", "quoted", 42.5, 45, true],
      ],
    );
    for (const { kind, source } of claims) assert.equal(source !== null, kind === "quoted");
  });

  it("adds what follows the topology where that is planned", () => {
    const claims = budgetOf(both("crash", 3, 0.9), { ...shipped, follows: true });
    const { value, source } = claims.at(-1)!;
    assert.deepEqual([value, source?.split("; plus ")[1]], [35.9, "budget.added-followed"]);
  });

  it("does not hold when the stack adds too much", () => {
    const [, added, , total] = budgetOf(both("crash", 10.5, 0.9), shipped);
    assert.deepEqual([added?.holds, total?.holds], [false, false]);
  });

  it("says nothing when no failover was measured", () => {
    assert.deepEqual(budgetOf([measured("earthquake", 1)], shipped), []);
  });
});
