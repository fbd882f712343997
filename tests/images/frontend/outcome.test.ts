import assert from "node:assert/strict";
import { Refused, Unreachable } from "../../../images/frontend/page/api";
import { duration, inWords } from "../../../images/frontend/page/incident";
import { conflict, refusal } from "../../../images/frontend/page/outcome";
import { incident } from "./support/incident";

describe("the page's words", () => {
  it("name durations", () => {
    assert.deepEqual([-3, 0, 1, 59, 60, 7199, 7200, 86_400, 900_000].map(duration), [
      "0 seconds",
      "0 seconds",
      "1 second",
      "59 seconds",
      "1 minute",
      "1 hour",
      "2 hours",
      "1 day",
      "10 days",
    ]);
  });

  it("make words of names, and leave sentences", () => {
    assert.equal(inWords("cache-away"), "Cache away");
    assert.equal(inWords("the writer is read-only"), "The writer is read-only");
  });

  it("say what a conflict is about", () => {
    const text = conflict(incident("1"), incident("1", { status: "resolved", assignee: "m" }));
    assert.match(
      text,
      /Changed by someone else: the status is now resolved, the assignee is now m\./,
    );
    assert.doesNotMatch(text, /note is|events/);
  });

  for (const [what, error, mode, words] of [
    ["no answer", new Unreachable(""), "normal", /may be saved or not/],
    [
      "an answer that does not know",
      new Refused(503, "", 1, true),
      "read-only",
      /may be saved or not/,
    ],
    [
      "read-only",
      new Refused(503, "", 2, false),
      "read-only",
      /^Not saved: the service is read-only/,
    ],
    [
      "busy",
      new Refused(503, "", 2, false),
      "normal",
      /^Not saved: the service is busy.* in 2 s\.$/,
    ],
    ["too many", new Refused(429, "", undefined, false), "normal", /^Not saved.* in a moment\.$/],
    ["bad", new Refused(400, "too long", undefined, false), "normal", /says: too long\. /],
  ] as const)
    it(`say honestly what ${what} means for a save`, () => {
      assert.match(refusal(error, mode), words);
      assert.match(refusal(error, mode), /What you typed is kept/);
    });
});
