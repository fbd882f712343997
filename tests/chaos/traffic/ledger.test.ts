import assert from "node:assert/strict";
import fc from "fast-check";
import {
  counts,
  outcomeOf,
  settled,
  violations,
  type Outcome,
  type StoredKey,
  type Write,
} from "../../../chaos/traffic/ledger";

const outcomes: Outcome[] = ["acknowledged", "refused", "unknown"];
const answer = (status: number, problem = false, outcomeUnknown = false) =>
  outcomeOf({ status, problem, outcomeUnknown });

/** Writes with distinct keys, and how often an honest database may have stored each. */
const honest = fc.uniqueArray(
  fc
    .record({
      organization: fc.constantFrom("a", "b"),
      key: fc.string({ minLength: 1, maxLength: 4 }),
      rows: fc.integer({ min: 1, max: 500 }),
      outcome: fc.constantFrom(...outcomes),
      committed: fc.boolean(),
    })
    .map(({ committed, ...write }) => ({
      write,
      stored: write.outcome === "acknowledged" || (write.outcome === "unknown" && committed),
    })),
  { selector: ({ write }) => `${write.organization} ${write.key}`, minLength: 1, maxLength: 30 },
);

const rowsOf = (history: { write: Write; stored: boolean }[]): StoredKey[] =>
  history.filter(({ stored }) => stored).map(({ write }) => write);

const writesOf = (history: { write: Write }[]) => history.map(({ write }) => write);

describe("The ledger", () => {
  it("takes 2xx for acknowledged, 4xx for refused, and no answer for unknown", () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 299 }), fc.boolean(), (status, problem) =>
        assert.equal(answer(status, problem), "acknowledged"),
      ),
    );
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 499 }), fc.boolean(), (status, problem) =>
        assert.equal(answer(status, problem), "refused"),
      ),
    );
    assert.equal(outcomeOf(undefined), "unknown");
  });

  it("believes only the workload's own 503, unless it does not know itself", () => {
    assert.equal(answer(503, true), "refused");
    assert.equal(answer(503, true, true), "unknown");
    assert.equal(answer(503, false), "unknown", "the load balancer's");
    for (const status of [302, 500, 501, 502, 504])
      for (const problem of [true, false]) assert.equal(answer(status, problem), "unknown");
  });

  it("lets one acknowledgement settle a key, and an unknown try outweigh refusals", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...outcomes)), (tries) => {
        const together = settled(tries);
        if (tries.includes("acknowledged")) assert.equal(together, "acknowledged");
        else if (tries.length > 0 && tries.every((outcome) => outcome === "refused"))
          assert.equal(together, "refused");
        else assert.equal(together, "unknown");
      }),
    );
  });

  it("finds nothing in an honest history", () => {
    fc.assert(
      fc.property(honest, (history) => {
        assert.deepEqual(violations(writesOf(history), rowsOf(history)), []);
      }),
    );
  });

  it("finds every single lie, and nothing beside it", () => {
    fc.assert(
      fc.property(honest, fc.nat(), fc.constantFrom("lose", "double", "part", "store"), lie),
      { numRuns: 500 },
    );
  });

  it("counts a key once, however often it was written with", () => {
    const write = { organization: "a", key: "k", rows: 1 };
    const twice: Write[] = [
      { ...write, outcome: "unknown" },
      { ...write, outcome: "acknowledged" },
      { ...write, organization: "b", outcome: "refused" },
    ];
    assert.deepEqual(counts(twice), { acknowledged: 1, refused: 1, unknown: 0 });
    assert.deepEqual(violations(twice, [write]), []);
    assert.match(violations(twice, [])[0]!.message, /acknowledged write k of a is lost/);
  });

  it("does not mix up keys of two organizations, or judge keys of others", () => {
    const write: Write = { organization: "a", key: "k", rows: 1, outcome: "refused" };
    assert.deepEqual(violations([write], [{ organization: "b", key: "k", rows: 1 }]), []);
    assert.equal(violations([write], [write]).length, 1);
  });
});

/** Makes the database contradict one write; the ledger names that one alone. */
function lie(history: { write: Write; stored: boolean }[], pick: number, how: string): void {
  const { write, stored } = history[pick % history.length]!;
  const others = rowsOf(history.filter((entry) => entry.write !== write));
  const told = {
    lose: [],
    double: [write, write],
    part: [{ ...write, rows: write.rows - 1 }],
    store: [write],
  }[how]!;
  const isLie = {
    lose: write.outcome === "acknowledged",
    double: true,
    part: write.rows > 1 || write.outcome === "acknowledged",
    store: write.outcome === "refused",
  }[how]!;
  const found = violations(writesOf(history), [...others, ...told]);
  assert.deepEqual(
    found.map(({ organization, key }) => ({ organization, key })),
    isLie ? [{ organization: write.organization, key: write.key }] : [],
    `${how}, stored ${stored}`,
  );
}
