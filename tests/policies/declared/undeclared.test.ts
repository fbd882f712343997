import assert from "node:assert/strict";
import { between } from "../../../policies/model/expectation";
import { sealed, unknown } from "../../../policies/model/resource";
import {
  by,
  each,
  fixed,
  free,
  judged,
  only,
  opaque,
  type Fields,
} from "../../../policies/declared/declaration";
import { undeclared } from "../../../policies/declared/undeclared";

const fields: Fields = {
  replicas: judged("replicas"),
  port: only(between(1, 100), "reserved"),
  labels: each(free("words")),
  parameters: by("name", { fsync: { name: free("its name"), value: fixed("1") } }),
  script: opaque("code"),
  comment: { by: free("words"), text: free("words") },
};

const problems = (value: unknown) => undeclared(value, fields).map(({ problem }) => problem);

describe("what a declaration does not foresee", () => {
  it("is nothing of what it declares", () =>
    assert.deepEqual(
      problems({
        replicas: 3,
        port: 80,
        labels: { "app.kubernetes.io/name": "x" },
        parameters: [{ name: "fsync", value: "1" }],
        script: { any: ["thing"] },
        absent: undefined,
      }),
      [],
    ));

  for (const [title, value, expected] of [
    ["a property", { paused: true }, /^paused is true; no rule judges it/],
    ["a property that objects inherit", { constructor: 1 }, /^constructor is 1/],
    ["a value", { port: 101 }, /^port is 101; only from 1 to 100 is declared: reserved/],
    ["a value that cannot be seen", { port: unknown }, /^port is not known before creation/],
    ["a value that is sealed", { port: sealed }, /^port is sealed as a secret/],
    ["parts of a single value", { replicas: { of: 3 } }, /only a single value is declared/],
    ["an element by its name", { parameters: [{ name: "x" }] }, /^parameters\.0 .* this name/],
    ["one without a name", { parameters: [{ value: "1" }] }, /^parameters\.0 /],
    ["one whose name is not seen", { parameters: [{ name: unknown }] }, /^parameters\.0 /],
    ["a value of a declared element", { parameters: [{ name: "fsync", value: "0" }] }, /0\.value/],
    ["a list that is none", { parameters: { fsync: "1" } }, /it must be a list/],
    ["a whole that is not seen", { parameters: unknown }, /give it piece by piece/],
    ["a single value in place of parts", { comment: "words" }, /must have parts/],
    ["one of a list of values", { port: [80, 101] }, /^port\.1 is 101/],
  ] as [string, unknown, RegExp][])
    it(`is ${title}`, () => {
      const found = problems(value);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0]!, expected);
    });

  it("is nothing where all that could be unseen is indifferent", () => {
    assert.deepEqual(problems({ comment: unknown, labels: unknown, script: unknown }), []);
  });
});
