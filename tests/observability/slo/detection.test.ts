import assert from "node:assert/strict";
import fc from "fast-check";
import {
  budgetOf,
  burnOf,
  burnWindows,
  detection,
  evaluation,
  periodSeconds,
  secondsOf,
  slos,
  tiers,
} from "../../../observability/slo";

const [slo] = slos as [(typeof slos)[0]];
const tier = fc.constantFrom(...tiers);
/** A tier and how many times as fast as it may its budget burns, up to a total outage. */
const burning = tier.chain((tier) =>
  fc.record({
    tier: fc.constant(tier),
    burn: fc.double({ min: 1.01, max: burnOf(tier, "outage"), noNaN: true }),
  }),
);

/** Seconds from a fault's start to the first evaluation at which a pair of windows burns, by counting. */
function counted(share: number, budget: number, interval: number): number {
  for (let bad = 1; ; bad++) {
    const burns = burnWindows.some(({ long, short, factor }) =>
      [long, short].every((window) => {
        const intervals = secondsOf(window) / interval;
        return (Math.min(bad, intervals) * share) / intervals > factor * budget;
      }),
    );
    if (burns) return bad * interval;
  }
}

describe("detection, by formula", () => {
  it("is what counting interval by interval finds, within one evaluation", () => {
    fc.assert(
      fc.property(burning, ({ tier, burn }) => {
        const { severity, secondsToPage } = detection(slo, tier, { burn })!;
        const interval = evaluation[severity];
        const late = counted(burn * budgetOf(tier), budgetOf(tier), interval) - secondsToPage;
        assert.ok(late >= -1e-3 && late <= interval + 1e-3, `${late} s late`);
      }),
      { numRuns: 200 },
    );
  });

  it("costs no more of the budget than the windows say, and the same at every tier", () => {
    fc.assert(
      fc.property(burning, ({ tier, burn }) => {
        const { severity, budgetSpent } = detection(slo, tier, { burn })!;
        assert.ok(budgetSpent <= (severity === "critical" ? 0.05 : 0.1) + 1e-9);
        const others = tiers.map((tier) => detection(slo, tier, { burn })!.budgetSpent);
        for (const other of others) assert.ok(Math.abs(other - budgetSpent) < 1e-9);
      }),
    );
  });

  it("is never later for a faster burn", () => {
    fc.assert(
      fc.property(burning, fc.double({ min: 1, max: 5, noNaN: true }), ({ tier, burn }, times) => {
        const slow = detection(slo, tier, { burn })!;
        const fast = detection(slo, tier, { burn: burn * times })!;
        assert.ok(fast.secondsToPage <= slow.secondsToPage + 1e-6);
      }),
    );
  });

  it("resets within the longest of the short windows", () => {
    fc.assert(
      fc.property(burning, ({ tier, burn }) => {
        const { severity, secondsToReset } = detection(slo, tier, { burn })!;
        assert.ok(secondsToReset > 0);
        assert.ok(secondsToReset <= (severity === "critical" ? 1800 : 21_600));
      }),
    );
  });

  it("sees nothing in a burn that the period can bear", () => {
    fc.assert(
      fc.property(tier, fc.double({ min: 0.01, max: 1, noNaN: true }), (tier, burn) => {
        assert.equal(detection(slo, tier, { burn }), undefined);
      }),
    );
  });

  it("takes silence for a total outage", () => {
    for (const tier of tiers) {
      const silence = detection(slo, tier, "absence")!;
      assert.equal(silence.secondsToPage, detection(slo, tier, "outage")!.secondsToPage);
      const wanted = 14.4 * budgetOf(tier) * 3600;
      assert.ok(Math.abs(silence.secondsToPage - wanted) < 1e-6);
      assert.ok(Math.abs(silence.budgetSpent - wanted / budgetOf(tier) / periodSeconds) < 1e-9);
    }
  });

  it("spends 2, 5, 10 and 10 % of the budget where a window's factor burns", () => {
    const spent = burnWindows.map(({ long, factor }) => (factor * secondsOf(long)) / periodSeconds);
    assert.deepEqual(
      spent.map((share) => Math.round(share * 1000) / 1000),
      [0.02, 0.05, 0.1, 0.1],
    );
  });
});
