import assert from "node:assert/strict";
import { percentile } from "../../../rehearsal/database/percentile";

describe("percentile", () => {
  it("is a sample, by nearest rank", () => {
    assert.equal(percentile([3, 1, 2], 0.5), 2);
    assert.equal(percentile([3, 1, 2], 0.95), 3);
    assert.equal(percentile([5], 0.5), 5);
  });
});
