import assert from "node:assert/strict";
import * as fc from "fast-check";
import { isList, namesOf } from "../../../images/backup/identifier-list";

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
/** Any name that PostgreSQL can hold, hostile ones among them: no NUL, 63 bytes at most. */
const name = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('"', "'", ",", "\\", ";", " ", "\n", "-", "$", "%", "A", "a", "ü", "😀"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 15,
  })
  .filter(
    (text) =>
      Buffer.from(text).toString() === text &&
      !text.includes("\0") &&
      Buffer.byteLength(text) <= 63,
  );
const blank = fc.constantFrom("", " ", "\t", "\n", "\r\f ");

describe("a stored list of names", () => {
  it("gives back every quoted name, whatever is in it", () => {
    fc.assert(
      fc.property(fc.array(name), blank, (names, space) => {
        const stored = names.map((each) => `${space}${quoted(each)}${space}`).join(",");
        assert.deepEqual(namesOf("search_path", stored), names);
      }),
    );
  });

  it("is a list or none: what is read and written again is read as the same", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', ",", " ", "a", "B", "\n", ";") }),
        (text) => {
          const names = namesOf("search_path", text);
          if (!names) return;
          assert.deepEqual(namesOf("search_path", names.map(quoted).join(", ")), names);
        },
      ),
    );
  });

  const cases: [string, string[] | undefined][] = [
    ["", []],
    ["  ", []],
    ['""', []],
    ["minixdr,public", ["minixdr", "public"]],
    ["minixdr , public", ["minixdr", "public"]],
    ['"$user", Public', ["$user", "public"]],
    ['"Public"', ["Public"]],
    ['a"b', ['a"b']],
    ["x;y", ["x;y"]],
    ["ÜBER", ["Über"]],
    [",", undefined],
    ["a,", undefined],
    ["a,,b", undefined],
    ["a b", undefined],
    ['"a', undefined],
    ['"a""', undefined],
    ['"a"b', undefined],
    ["x".repeat(70), ["x".repeat(63)]],
    ["ü".repeat(40), ["ü".repeat(31)]],
  ];
  for (const [text, names] of cases)
    it(`${JSON.stringify(text.slice(0, 20))} is ${names ? JSON.stringify(names.map((each) => each.slice(0, 20))) : "none"}`, () => {
      assert.deepEqual(namesOf("search_path", text), names);
    });

  it("a library's name keeps its letters and its length", () => {
    const long = "Library".repeat(20);
    assert.deepEqual(namesOf("local_preload_libraries", long), [long]);
  });

  it("knows the settings that are lists, as pg_dump does", () => {
    for (const setting of ["search_path", "Temp_Tablespaces", "session_preload_libraries"])
      assert.ok(isList(setting), setting);
    assert.ok(!isList("DateStyle"));
  });
});
