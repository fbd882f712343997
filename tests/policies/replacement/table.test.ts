import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { declaredTypes } from "../../../policies/declared/table";
import {
  consequenceOf,
  isClassified,
  type TypeEffects,
} from "../../../policies/replacement/effects";
import { consequence, readAt, replacement } from "../../../policies/replacement/table";
import { plannedStack, root } from "../../support/planned";

/** Inputs of types that hold something, of which the table says nothing. */
function unclassified(properties: [type: string, property: string][]): string[] {
  return properties
    .filter(([type]) => replacement[type]?.holds !== undefined)
    .filter(([type, property]) => !isClassified(replacement[type]!, property))
    .map(([type, property]) => `${type} ${property}`);
}

describe("which change replaces what", () => {
  it("is classified for every input that a stack may set of what holds data or an address", () => {
    const declared = Object.entries(declaredTypes).flatMap(([type, fields]) =>
      Object.keys(fields).map((property): [string, string] => [type, property]),
    );
    assert.ok(declared.length > 300);
    assert.deepEqual(unclassified(declared), []);
  });

  for (const stack of ["prod", "staging"])
    it(`is classified for every such input that ${stack} has`, async () => {
      const { resources } = await plannedStack(stack);
      const planned = resources.flatMap(({ type, inputs }) =>
        Object.keys(inputs).map((property): [string, string] => [type, property]),
      );
      assert.deepEqual(unclassified([...new Set(planned)]), []);
    });

  it("would be missed: an input that nobody has classified", () => {
    assert.deepEqual(unclassified([["aws:rds/cluster:Cluster", "engineMode"]]), [
      "aws:rds/cluster:Cluster engineMode",
    ]);
  });

  it("was read at the versions that are installed: another one is to be read again", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { version: string }>;
    };
    for (const [name, version] of Object.entries(readAt))
      assert.equal(packages[`node_modules/${name}`]?.version, version, `read ${name} again`);
  });

  it("covers every type that outlives a cluster and is planned, and names a source for each", async () => {
    const holding = Object.entries(replacement).filter(([, { holds }]) => holds !== undefined);
    const planned = new Set((await plannedStack("prod")).resources.map(({ type }) => type));
    for (const type of ["aws:rds/cluster:Cluster", "aws:s3/bucket:Bucket", "aws:ec2/subnet:Subnet"])
      assert.ok(planned.has(type) && holding.some(([held]) => held === type), type);
    for (const [type, { source }] of Object.entries(replacement))
      assert.match(source, /\/|\.d\.ts/, type);
  });

  const effects: TypeEffects = {
    source: "a file",
    replace: ["name", "network.cidr"],
    inPlace: ["network", "size"],
    may: {
      engine: { says: "it is lower", holds: (before, after) => Number(after) < Number(before) },
      disk: { says: "somebody knows" },
    },
  };
  const of = (path: (string | number)[], before?: unknown, after?: unknown) =>
    consequenceOf(effects, path, () => ({ before, after }));

  it("goes from the exact path outwards", () => {
    assert.deepEqual(of(["network", "cidr"]), { effect: "replace" });
    assert.deepEqual(of(["network", 0, "cidr", "x"]), { effect: "replace" });
    assert.deepEqual(of(["network", "other"]), { effect: "in place" });
    assert.equal(of(["names"]).effect, "may");
    assert.match(of(["names"]).because!, /names is not classified/);
    assert.equal(consequenceOf(undefined, ["x"], () => ({ before: 1, after: 2 })).effect, "may");
  });

  it("decides a condition by the values, and leaves it open where one is closed", () => {
    assert.deepEqual(of(["engine"], 8, 7), { effect: "replace", because: "if it is lower" });
    assert.deepEqual(of(["engine"], 7, 8), { effect: "in place" });
    assert.equal(of(["engine"], "[unknown]", 7).effect, "may");
    assert.deepEqual(of(["disk"], 1, 2), { effect: "may", because: "if somebody knows" });
  });

  const cases: [type: string, path: string, before: unknown, after: unknown, effect: string][] = [
    ["aws:rds/cluster:Cluster", "storageType", "gp3", "io1", "may"],
    ["aws:rds/cluster:Cluster", "kmsKeyId", "a", "b", "replace"],
    ["aws:rds/cluster:Cluster", "engineVersion", "15", "16", "in place"],
    ["aws:elasticache/replicationGroup:ReplicationGroup", "engineVersion", "8.1", "8.0", "replace"],
    [
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "engineVersion",
      "8.0",
      "8.1",
      "in place",
    ],
    ["aws:eks/cluster:Cluster", "encryptionConfig", { provider: 1 }, undefined, "replace"],
    ["aws:kms/key:Key", "region", "eu-west-1", "eu-west-2", "replace"],
    ["aws:kms/key:Key", "tags", {}, { a: 1 }, "in place"],
    ["kubernetes:core/v1:Secret", "stringData", { a: 1 }, { a: 2 }, "replace"],
    ["kubernetes:helm.sh/v3:Release", "values", { a: 1 }, { a: 2 }, "in place"],
  ];
  for (const [type, path, before, after, effect] of cases)
    it(`${type} ${path}: ${JSON.stringify(before)} to ${JSON.stringify(after)} is ${effect}`, () => {
      const [old, now] = [{ [path]: before }, { [path]: after }];
      assert.equal(consequence(type, [path], old, now).effect, effect);
    });
});
