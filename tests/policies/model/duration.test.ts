import assert from "node:assert/strict";
import { inWords, seconds } from "../../../policies/model/duration";
import { interval } from "../../../policies/model/schedule";

describe("durations", () => {
  it("are read in one unit, and not guessed", () => {
    assert.deepEqual(["0s", "90s", "5m", "4h", "35d", "5w", "1y"].map(seconds), [
      0,
      90,
      300,
      14_400,
      35 * 86_400,
      35 * 86_400,
      365 * 86_400,
    ]);
    for (const none of ["", "5", "1h30m", "5 m", undefined, 5])
      assert.ok(Number.isNaN(seconds(none)));
  });

  it("are shown in the largest unit that is whole", () => {
    assert.deepEqual([0, 90, 300, 14_400, 86_400, 7 * 86_400, NaN, Infinity].map(inWords), [
      "0 s",
      "90 s",
      "5 min",
      "4 h",
      "24 h",
      "7 days",
      "not known",
      "not known",
    ]);
  });
});

describe("the longest time between two runs of a schedule", () => {
  for (const [schedule, expected] of Object.entries({
    "0,30 * * * *": 1800,
    "10 * * * *": 3600,
    "0,5 * * * *": 3300,
    "0 2 * * *": 86_400,
    "35 3 * * 0": 7 * 86_400,
    "0 0 28 * *": 31 * 86_400,
    "0 0 31 * *": Infinity,
    "0 0 1 1 *": Infinity,
    "*/5 * * * *": Infinity,
    "@daily": Infinity,
  }))
    it(`${schedule}: ${expected} s`, () => assert.equal(interval(schedule), expected));
});
