import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { check } from "../../conformance/check";
import type { Clause } from "../../conformance/clause";
import { Context } from "../../conformance/context";
import { contract } from "../../conformance/contract";
import { readExposition } from "../../conformance/exposition";
import { Target } from "../../conformance/target";
import { Mismatch, Unchecked } from "../../conformance/verdict";
import { root } from "../support/planned";

const context = new Context(new Target("http://127.0.0.1:1"));
const clause = (check: () => Promise<string>): Clause => ({ id: "a.b", title: "It is so", check });

describe("the contract", () => {
  it("is in docs/conformance.md, clause by clause, in its order", async () => {
    const text = await readFile(path.join(root, "docs/conformance.md"), "utf8");
    const written = [...text.matchAll(/^- \*\*\d+\.\d+\*\* `([\w.-]+)` (.+)\.$/gm)];
    const plain = (title: string) => title.replaceAll(/[\\_]/g, "");
    assert.deepEqual(
      written.map(([, id, title]) => [id, plain(title!)]),
      contract.map(({ id, title }) => [id, plain(title)]),
    );
  });

  it("has each id once", () => {
    assert.equal(new Set(contract.map(({ id }) => id)).size, contract.length);
  });

  it("holds where a check ends, and keeps its proof", async () => {
    const [claim] = await check([clause(() => Promise.resolve("it was cut"))], context);
    assert.deepEqual([claim!.holds, claim!.injection], [true, "it was cut"]);
  });

  it("is broken by a mismatch, which is told with its remedy", async () => {
    const broken = clause(() => Promise.reject(new Mismatch("201", "200", "answer 201")));
    const [claim] = await check([broken], context);
    assert.equal(claim!.holds, false);
    assert.equal(claim!.injection, "expected 201; seen: 200; remedy: answer 201");
  });

  it("skips what cannot be told, and says what is wanted", async () => {
    const [claim] = await check([clause(() => Promise.reject(new Unchecked("a key")))], context);
    assert.deepEqual([claim!.kind, claim!.claim], ["skipped", "It is so: a key"]);
  });

  it("leaves a fault of its own to the command", async () => {
    const faulty = clause(() => Promise.reject(new TypeError("oh")));
    await assert.rejects(check([faulty], context), TypeError);
  });

  it("skips what wants keys, a command or a database where there is none", async () => {
    const steered = contract.filter(({ id }) => /^(slow|cut|cache|shutdown)\./.test(id));
    const claims = await check(steered, new Context(new Target("http://127.0.0.1:1", "key")));
    assert.ok(claims.every(({ kind }) => kind === "skipped"));
    assert.ok(claims.every(({ claim }) => claim.includes("--command is wanted")));
  });
});

describe("a scrape", () => {
  it("is read: types, samples, labels with quotes and commas", () => {
    const { types, samples, strange } = readExposition(
      '# HELP a What.\n# TYPE a counter\na{x="1,2",y="\\"q\\""} 3\nb 4e-1 1700000000\n',
    );
    assert.deepEqual([...types], [["a", "counter"]]);
    assert.deepEqual(samples, [
      { name: "a", labels: { x: "1,2", y: '\\"q\\"' }, value: 3 },
      { name: "b", labels: {}, value: 0.4 },
    ]);
    assert.deepEqual(strange, []);
  });

  it("tells what is no sample", () => {
    assert.deepEqual(readExposition("<html>\n").strange, ["<html>"]);
  });
});
