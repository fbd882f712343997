import assert from "node:assert/strict";
import type { Answer, Report } from "../../../images/pooler/decide";
import { reader } from "../../../images/pooler/reads";

const now = 10_000;
const report = (endpoint: string, change: Partial<Answer> = {}): Report => {
  const answer = { at: now - 50, system: "1", server: endpoint, standby: true, timeline: 1 };
  return { endpoint, since: 0, answer: { ...answer, streaming: true, lag: 0, ...change } };
};
const writer = report("a", { standby: false, streaming: false });

describe("the standby that serves the reads", () => {
  it("differs from pooler to pooler", () => {
    const all = [writer, report("b"), report("c")];
    assert.deepEqual(
      [0, 1, 2].map((turn) => reader(undefined, all, now, turn)),
      ["b", "c", "b"],
    );
  });

  it("stays while it keeps up", () => {
    assert.equal(reader("c", [writer, report("b"), report("c", { lag: 1.9 })], now, 0), "c");
  });

  const gone: [string, Partial<Answer>][] = [
    ["lags behind", { lag: 2.1 }],
    ["does not know its lag", { lag: Infinity }],
    ["receives nothing, while another does", { streaming: false }],
    ["was promoted", { standby: false }],
    ["has not answered for more than a second", { at: now - 1001 }],
  ];
  for (const [what, change] of gone)
    it(`is another one when it ${what}`, () =>
      assert.equal(reader("c", [writer, report("b"), report("c", change)], now, 1), "b"));

  it("stays when it has not answered for a second at most: on a busy node it may be us", () => {
    const late = report("c", { at: now - 1000 });
    assert.equal(reader("c", [writer, report("b"), late], now, 0), "c");
    assert.equal(reader("c", [writer, report("b"), { ...late, refused: now }], now, 0), "b");
  });

  it("stays while the writer is lost and nobody receives anything", () => {
    const lost = [report("b", { streaming: false }), report("c", { streaming: false })];
    assert.equal(reader("c", lost, now, 0), "c");
  });

  describe("while nobody is heard", () => {
    const silent = (at: number, more: Partial<Report> = {}): Report[] => [
      report("a", { standby: false, streaming: false, at }),
      report("b", { at }),
      { ...report("c", { at }), ...more },
    ];

    it("stays for 3 s: a process that gets no turn knows nothing better", () => {
      assert.equal(reader("c", silent(now - 700), now, 0), "c");
      assert.equal(reader("c", silent(now - 3000), now, 0), "c");
    });

    it("is nobody after that: the reader's name decides", () => {
      assert.equal(reader("c", silent(now - 3001), now, 0), undefined);
    });

    it("is nobody when its host has refused a connection since", () => {
      assert.equal(reader("c", silent(now - 700, { refused: now - 100 }), now, 0), undefined);
    });

    it("is nobody when it was promoted, or is no member any more", () => {
      assert.equal(reader("a", silent(now - 700), now, 0), undefined);
      assert.equal(reader("d", silent(now - 700), now, 0), undefined);
    });
  });

  it("is nobody where no standby keeps up: the reader's name decides", () => {
    assert.equal(reader(undefined, [writer, report("b", { lag: 9 })], now, 0), undefined);
  });
});
