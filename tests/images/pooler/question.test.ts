import assert from "node:assert/strict";
import fc from "fast-check";
import { answerOf } from "../../../images/pooler/question";

const writer = {
  system: "7400000000000000001",
  server: "10.0.0.1",
  standby: false,
  history: null,
  timeline: "0000000B",
  streaming: false,
  lag: 0,
};

describe("an instance's answer", () => {
  it("is read from a writer's row", () => {
    assert.deepEqual(answerOf(writer, 5), {
      at: 5,
      system: "7400000000000000001",
      server: "10.0.0.1",
      standby: false,
      timeline: 11,
      streaming: false,
      lag: 0,
    });
  });

  it("knows the newest timeline that a standby has the history of, though it streams an older one", () => {
    const row = { ...writer, standby: true, streaming: true, history: "0000000C" };
    assert.equal(answerOf(row, 0)?.timeline, 12);
  });

  it("calls a lag that a standby cannot know infinite", () => {
    assert.equal(answerOf({ ...writer, standby: true, lag: null }, 0)?.lag, Infinity);
  });

  const wrong: [string, object][] = [
    ["no system", { system: "" }],
    ["no server", { server: null }],
    ["no role", { standby: "f" }],
    ["timeline 0", { timeline: "00000000" }],
    ["a timeline of other digits", { timeline: "GARBAGE!" }],
    ["a history of other digits", { history: "1" }],
  ];
  for (const [what, change] of wrong)
    it(`is none with ${what}`, () =>
      assert.equal(answerOf({ ...writer, ...change }, 0), undefined));

  it("is never made of anything else", () => {
    fc.assert(
      fc.property(fc.anything(), (row) => assert.equal(answerOf(row, 0), undefined)),
      { numRuns: 1000 },
    );
  });
});
