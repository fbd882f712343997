import assert from "node:assert/strict";
import { intervalsOf, substituted } from "../../pictures/interval";

describe("the intervals of a picture's queries", () => {
  const cases: [what: string, seconds: number, points: number, interval: number, rate: number][] = [
    ["never shorter than a scrape", 3600, 600, 30, 120],
    ["rounded as Grafana does", 6 * 3600, 400, 60, 120],
    ["a rate over the step and a scrape where that is more", 7 * 86_400, 600, 900, 930],
    ["a day at most", 365 * 86_400, 100, 86_400, 86_430],
  ];
  for (const [what, seconds, points, interval, rateInterval] of cases)
    it(`are ${what}`, () => {
      const found = intervalsOf({ from: 0, to: seconds }, points, 30);
      assert.deepEqual(found, { interval, rateInterval });
    });

  it("take the place of Grafana's variables", () => {
    const expr =
      'rate(x[$__rate_interval]) + label_replace(y[$__interval], "a", "$1", "b", "(.*)$")';
    assert.equal(
      substituted(expr, { interval: 30, rateInterval: 120 }),
      'rate(x[120s]) + label_replace(y[30s], "a", "$1", "b", "(.*)$")',
    );
  });

  it("are all that is filled in", () => {
    for (const variable of ["$__range", "$namespace", "${namespace}"])
      assert.throws(
        () => substituted(`x{a="${variable}"}`, { interval: 30, rateInterval: 120 }),
        /no picture fills this variable in/,
      );
  });
});
