import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../../../lib/ends";
import { readDockerfile } from "../../../rehearsal/images/dockerfile";
import { nameOf } from "../../../rehearsal/images/images";
import { root } from "../../support/planned";

describe("a Dockerfile is read", () => {
  const read = (...lines: string[]) => readDockerfile(lines.join("\n"), "Dockerfile");

  it("with its arguments, stages and continued instructions", () => {
    const { args, stages } = read(
      "# a comment",
      "ARG BASE=node:20",
      "FROM ${BASE} AS build",
      "WORKDIR /build",
      "RUN one \\",
      " # in between",
      " && two",
      "",
      "FROM ${BASE}",
      "COPY --from=build /build/a /a",
    );
    assert.deepEqual(args, { BASE: "node:20" });
    assert.deepEqual(
      stages.map(({ line, name, base }) => [line, name, base]),
      [
        [3, "build", "${BASE}"],
        [9, undefined, "${BASE}"],
      ],
    );
    assert.deepEqual(stages[0]!.instructions, [
      { line: 4, keyword: "WORKDIR", rest: "/build" },
      { line: 5, keyword: "RUN", rest: "one && two" },
    ]);
    assert.equal(stages[1]!.text, "COPY --from=build /build/a /a");
    assert.match(stages[0]!.text, /^WORKDIR \/build\nRUN one \\\n # in between\n && two\n$/);
  });

  it("as the backup image has it", () => {
    const file = path.join(root, "images/backup/Dockerfile");
    const { stages } = readDockerfile(readFileSync(file, "utf8"), file);
    assert.deepEqual(
      stages.map((stage) => stage.instructions.map(({ keyword }) => keyword)),
      [
        ["WORKDIR", "COPY", "RUN", "COPY", "RUN"],
        ["RUN", "COPY", "ENV", "USER", "ENTRYPOINT"],
      ],
    );
  });

  for (const [title, lines, message] of [
    ["an unknown instruction", ["FROM a", "", "ADD b c"], /^Dockerfile:3: ADD is not read here/],
    ["a misspelt one", ["FROM a", "run b"], /^Dockerfile:2: run is not read here/],
    ["one before the first stage", ["RUN a", "FROM b"], /^Dockerfile:1: RUN stands before/],
    ["an argument without a value", ["ARG BASE", "FROM a"], /^Dockerfile:1: ARG BASE needs/],
    ["a FROM with options", ["FROM --platform=x a"], /^Dockerfile:1: FROM --platform=x a needs/],
    ["one that does not end", ["FROM a", "RUN b \\"], /^Dockerfile:2: the instruction does not/],
    ["no stage", ["# nothing"], /^Dockerfile: there is no FROM/],
  ] as const)
    it(`not with ${title}`, () => {
      assert.throws(
        () => read(...lines),
        (error: Error) => error instanceof UsageError && message.test(error.message),
      );
    });
});

describe("an image's name", () => {
  for (const [reference, name] of [
    ["registry.example:5000/mini-xdr/backup:1.0.0", "backup"],
    [`registry.example/mini-xdr/backup:1.0.0@sha256:${"0".repeat(64)}`, "backup"],
    ["pause:1.0", "pause"],
  ] as const)
    it(`is the last part of ${reference.slice(0, 50)}`, () =>
      assert.equal(nameOf(reference), name));

  it("needs a tag", () => assert.throws(() => nameOf("registry.example/backup"), UsageError));
});
