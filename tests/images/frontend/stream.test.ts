import assert from "node:assert/strict";
import { backoff } from "../../../images/frontend/page/stream";

describe("the page's wait before it connects again", () => {
  it("doubles from 1 s to 30 s, less a random half", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 1000].map((tries) => backoff(tries, 1)),
      [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
    );
    assert.equal(backoff(0, 0), 500);
    assert.equal(backoff(9, 0), 15_000);
  });
});
