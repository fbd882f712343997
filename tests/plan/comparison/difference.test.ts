import assert from "node:assert/strict";
import fc from "fast-check";
import { differences, pathText } from "../../../plan/comparison/difference";

const texts = (before: unknown, after: unknown) =>
  differences(before, after).map(
    ({ path, before: old, after: now }) =>
      `${pathText(path)}: ${JSON.stringify(old)} → ${JSON.stringify(now)}`,
  );

describe("the difference of two values", () => {
  it("is at the leaves, and knows what is absent from what is null", () => {
    assert.deepEqual(texts({ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } }), ["b.c: 2 → 3"]);
    assert.deepEqual(texts({ a: null }, {}), ["a: null → undefined"]);
    assert.deepEqual(texts(undefined, 1), [": undefined → 1"]);
  });

  it("takes a list of plain values as one, and elements with names by their names", () => {
    assert.deepEqual(texts({ l: [1, 2] }, { l: [2, 1] }), ["l: [1,2] → [2,1]"]);
    const [a, b] = [
      { name: "a", n: 1 },
      { name: "b", n: 1 },
    ];
    assert.deepEqual(texts([a, b], [b, { name: "a", n: 2 }]), ["a.n: 1 → 2"]);
    assert.deepEqual(texts([{ n: 1 }], [{ n: 1 }, { n: 2 }]), ['[1]: undefined → {"n":2}']);
  });

  it("looks into JSON text", () => {
    assert.deepEqual(texts({ policy: '{"a":1}' }, { policy: '{"a":2}' }), ["policy.a: 1 → 2"]);
    assert.deepEqual(texts({ t: "[x" }, { t: "[y" }), ['t: "[x" → "[y"']);
  });

  it("is no inherited property", () => {
    assert.deepEqual(texts({}, { constructor: 1 }), ["constructor: undefined → 1"]);
  });

  it("is empty for equal values and for them alone, the same both ways", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        assert.deepEqual(differences(a, structuredClone(a)), []);
        const [there, back] = [differences(a, b), differences(b, a)];
        assert.equal(there.length, back.length);
        if (there.length === 0) assert.equal(compact(a), compact(b));
      }),
    );
  });
});

/** What two values have in common where they do not differ: key order and JSON text do not count. */
function compact(value: unknown): string {
  const sorted = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(sorted);
    if (one === null || typeof one !== "object") return Object.is(one, -0) ? 0 : one;
    return Object.fromEntries(
      Object.entries(one)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, sorted(item)]),
    );
  };
  return JSON.stringify(sorted(value));
}
