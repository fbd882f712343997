import assert from "node:assert/strict";
import { storable } from "../../../images/backend/text";

describe("storable", () => {
  it("replaces what PostgreSQL cannot store, and nothing else", () => {
    assert.equal(storable("a\0b\ud800c"), "a\ufffdb\ufffdc");
    assert.equal(storable("žluť 😀"), "žluť 😀");
  });
});
