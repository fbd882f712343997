import assert from "node:assert/strict";
import { claim, quoted, skipped } from "../../lib/claim";

const seconds = { id: "drill.seconds", claim: "It is quick", unit: "s" };

describe("a claim", () => {
  it("holds up to its limit, by the value that is shown", () => {
    const value = (exact: number) => {
      const { value, holds } = claim({ ...seconds, limit: 10, value: exact });
      return [value, holds];
    };
    assert.deepEqual(value(9.9996), [10, true]);
    assert.deepEqual(value(10.0004), [10, true]);
    assert.deepEqual(value(10.001), [10.001, false]);
    assert.deepEqual(value(Infinity), [Infinity, false]);
    assert.equal(claim({ ...seconds, limit: 10, value: NaN }).holds, false);
  });

  it("only tells its value when it has no limit", () => {
    const { limit, holds } = claim({ ...seconds, value: 1e6 });
    assert.deepEqual([limit, holds], [null, true]);
  });

  it("names the source of a quoted figure", () => {
    const { kind, source, holds } = quoted({ ...seconds, value: 35, limit: 30, source: "a page" });
    assert.deepEqual([kind, source, holds], ["quoted", "a page", false]);
  });

  it("does not hold when it was skipped", () => {
    const { kind, holds, value } = skipped("drill.none", "there is no drill");
    assert.deepEqual([kind, holds, value], ["skipped", false, null]);
  });
});
