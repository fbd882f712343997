import assert from "node:assert/strict";
import { claim } from "../../../lib/claim";
import { budgetOf } from "../../../rehearsal/database/budget";
import type { Shipped } from "../../../rehearsal/database/shipped";

const shipped = { topology: "cluster" } as Shipped;
const measured = (fault: string, value: number) =>
  claim({ id: `failover.${fault}.added-recovery.p95`, claim: "added", value, unit: "s" });

describe("the failover budget of what was measured", () => {
  it("adds the worst fault to AWS's quoted promotion", () => {
    const claims = budgetOf([measured("crash", 3), measured("partition", 7.5)], shipped);
    assert.deepEqual(
      claims.map(({ id, kind, value, limit, holds }) => [id, kind, value, limit, holds]),
      [
        ["budget.quoted-promotion", "quoted", 35, null, true],
        ["budget.added", "measured", 7.5, 10, true],
        ["budget.total", "quoted", 42.5, 45, true],
      ],
    );
    for (const { kind, source } of claims) assert.equal(source !== null, kind === "quoted");
  });

  it("does not hold when the stack adds too much", () => {
    const [, added, total] = budgetOf([measured("crash", 10.5)], shipped);
    assert.deepEqual([added?.holds, total?.holds], [false, false]);
  });

  it("says nothing when no failover was measured", () => {
    assert.deepEqual(budgetOf([measured("earthquake", 1)], shipped), []);
  });
});
