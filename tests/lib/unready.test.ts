import assert from "node:assert/strict";
import { limited } from "../../lib/unready";

describe("GitHub's limits", () => {
  const after = (status: number, headers: Record<string, string>, message = "") =>
    limited(status, new Headers(headers), message);

  it("pass after what Retry-After says, at the reset, or in a minute", () => {
    assert.equal(after(403, { "retry-after": "7" }), 7000);
    const reset = String(Math.floor(Date.now() / 1000) + 60);
    const wait = after(429, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset })!;
    assert.ok(wait > 58_000 && wait <= 61_000, String(wait));
    assert.equal(after(403, {}, "You have exceeded a secondary rate limit"), 60_000);
    assert.equal(after(429, {}), 60_000);
  });

  it("are no other refusals", () => {
    assert.equal(
      after(403, { "x-ratelimit-remaining": "4999" }, "Resource not accessible"),
      undefined,
    );
    assert.equal(after(404, { "retry-after": "7" }), undefined);
  });
});
