import assert from "node:assert/strict";
import { partsOf } from "../../support/promql";
import { mutantsOf, wrongDurations } from "./mutants";

const expr =
  'sum by (a, b) (rate(x{c="d",e!~"f"}[5m])) / on (a) group_left y > 0.05 and z offset 1h == 0 unless min(w) <= 20';
const mutants = mutantsOf(expr);

describe("the mutants of a query", () => {
  it("are each another query, and still one", () => {
    for (const mutant of mutants) {
      assert.notEqual(mutant.expr, expr);
      assert.ok(partsOf(mutant.expr).length > 0, mutant.expr);
    }
    assert.equal(new Set(mutants.map(({ what }) => what)).size, mutants.length);
  });

  const mistakes: [kind: string, part: string][] = [
    ["a threshold", "> 0.055 and"],
    ["a threshold of nothing", "== 1 unless"],
    ["a window", "[600000ms]"],
    ["an offset", "offset 1800000ms"],
    ["no offset", "and z == 0"],
    ["a comparison with its edge", ">= 0.05"],
    ["a comparison the other way", "< 0.05"],
    ["no matcher", '{e!~"f"}'],
    ["a matcher turned round", 'c!="d"'],
    ["no label of by", "sum by (b)"],
    ["no by", "sum  ("],
    ["no sum", '(rate(x{c="d",e!~"f"}[5m])) /'],
    ["another aggregation", "max by (a, b)"],
    ["no label of on", "on ()"],
    ["a product", "* on (a)"],
  ];
  for (const [kind, part] of mistakes)
    it(`have one with ${kind}`, () => {
      const found = mutants.filter((mutant) => mutant.expr.includes(part));
      assert.ok(found.length > 0, mutants.map((mutant) => mutant.expr).join("\n"));
    });

  it("have wrong durations, none among them too", () => {
    assert.deepEqual(wrongDurations("2m"), ["240000ms", "60000ms", "0s"]);
    assert.deepEqual(wrongDurations("0s"), ["60s"]);
  });
});
