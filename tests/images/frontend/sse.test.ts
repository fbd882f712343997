import assert from "node:assert/strict";
import fc from "fast-check";
import { EventParser } from "../../../images/frontend/page/sse";

const parse = (...pieces: string[]) => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

describe("the page's reader of Server-Sent Events", () => {
  it("reads an event with its type, and skips comments and other fields", () => {
    const text = ": heartbeat\n\nretry: 2000\n\nevent: incident\nid: 1\ndata: {}\n\n";
    assert.deepEqual(parse(text), [{ type: "incident", data: "{}" }]);
  });

  it("joins lines of data, and takes one space off", () => {
    assert.deepEqual(parse("data:a\ndata:  b\ndata\n\n"), [{ type: "message", data: "a\n b\n" }]);
  });

  it("forgets an event's type with the event", () => {
    const [, second] = parse("event: incident\ndata: 1\n\ndata: 2\n\n");
    assert.equal(second!.type, "message");
  });

  it("gives nothing of an event that is not complete", () => {
    assert.deepEqual(parse("data: 1\n"), []);
  });

  it("reads the same wherever the text is cut, with any end of line", () => {
    const lines = ["event: incident", 'data: {"a": 1}', "", ": x", "", "data: 2", "data: 3", ""];
    for (const end of ["\n", "\r\n", "\r"]) {
      // The last "\r" alone may be half of an end of line.
      const text = lines.map((line) => line + end).join("") + ": ";
      const whole = parse(text);
      assert.equal(whole.length, 2);
      fc.assert(
        fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
          const at = [0, ...cuts.sort((a, b) => a - b), text.length];
          const pieces = at.slice(1).map((to, index) => text.slice(at[index], to));
          assert.deepEqual(parse(...pieces), whole);
        }),
      );
    }
  });
});
