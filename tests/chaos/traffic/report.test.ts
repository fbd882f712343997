import assert from "node:assert/strict";
import fc from "fast-check";
import { reportOf, type Arrival } from "../../../chaos/traffic/load/report";

const run = { started: 1000, seconds: 1, cpuSeconds: 0 };

/** Arrivals 10 ms apart; a failed one for each `false`. */
function arrivals(oks: boolean[], change: (i: number) => Partial<Arrival> = () => ({})): Arrival[] {
  return oks.map((ok, i) => {
    const intended = 1000 + i * 10;
    const outcome = ok ? "200" : "reset";
    const plain = { kind: "read", intended, sent: intended, ended: intended + 5, outcome, ok };
    return { ...plain, tries: 1, ...change(i) };
  });
}

describe("A load report", () => {
  it("has the failures' first, last and longest run, in any order of ends", () => {
    const oks = [true, false, true, false, false, true, false, true];
    const report = reportOf(arrivals(oks).reverse(), run);
    assert.deepEqual(report.failures, { first: 1010, last: 1060, windowMilliseconds: 50 });
    assert.deepEqual(report.longestRun, { requests: 2, from: 1030, to: 1040 });
    assert.deepEqual([report.total.ok, report.total.failed], [4, 4]);
    assert.deepEqual(report.total.outcomes, { "200": 4, reset: 4 });
  });

  it("has no failures where there are none", () => {
    const { failures, longestRun } = reportOf(arrivals([true, true]), run);
    assert.deepEqual([failures, longestRun], [undefined, undefined]);
    assert.equal(reportOf([], run).total.requests, 0);
  });

  it("counts every arrival once, in kinds, outcomes and the time line", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 100 }),
        fc.constantFrom(1, 2, 3),
        (oks, n) => {
          const report = reportOf(
            arrivals(oks, (i) => ({ kind: `kind ${i % n}` })),
            run,
          );
          const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
          const kinds = Object.values(report.kinds);
          assert.equal(sum(kinds.map(({ requests }) => requests)), oks.length);
          assert.equal(sum(kinds.map(({ failed }) => failed)), report.total.failed);
          assert.equal(sum(Object.values(report.total.outcomes)), oks.length);
          assert.equal(sum(report.timeline.map(({ failed }) => failed)), report.total.failed);
          assert.equal(report.timeline.length, Math.ceil(oks.length / 10));
        },
      ),
    );
  });

  it("measures latency from the intended time, of what was ok", () => {
    const all = arrivals([true, true, true, false], (i) => ({
      sent: 1000 + i * 10 + 500,
      ended: 1000 + i * 10 + 600 + i,
    }));
    const { latency } = reportOf(all, run).total;
    assert.deepEqual(latency, { p50: 601, p95: 602, p99: 602, max: 602 });
  });

  it("is void above one per cent of late arrivals, and not below", () => {
    const late = (count: number) =>
      reportOf(
        arrivals(Array<boolean>(1000).fill(true), (i) =>
          i < count ? { sent: 1000 + i * 10 + 10.5 } : {},
        ),
        run,
      );
    assert.equal(late(10).void, undefined);
    assert.match(late(11).void!, /11 requests \(1.1 %\) more than 10 ms late, the worst by 11 ms/);
  });
});
