import assert from "node:assert/strict";
import fc from "fast-check";
import { code, escaped, inPicture } from "../../review/escape";
import { marker } from "../../review/heading";
import { reviewMarkdown } from "../../review/markdown";
import { hostile } from "./hostile";
import { change, hostileReview, review } from "./made-up";

/** What is left of a comment when our own markup is taken out: nothing of it may be anybody's. */
function foreign(text: string): string {
  return text
    .replaceAll(marker, "")
    .replace(/<\/?(details|summary|code)>/g, "")
    .replace(/&#\d+;|#\d+;/g, "");
}

describe("a comparison as a comment", () => {
  it("lets nothing through that somebody else has written, in names, values, references or messages", () => {
    for (const text of hostile) {
      const comment = reviewMarkdown(hostileReview(text));
      const left = foreign(comment);
      for (const forbidden of [/@/, /<(?!!--)/, /!\[/, /\]\(/, /https?:/, /www\./, /javascript:/])
        assert.doesNotMatch(left, forbidden, text);
      assert.equal(comment.split(marker).length, 2, "one marker");
      assert.equal(comment.match(/^## /gm)!.length, 1, "one verdict");
      assert.equal(comment.match(/<details>/g)!.length, comment.match(/<\/details>/g)!.length);
      assert.equal(comment.match(/^```/gm)!.length, 2, "one picture");
      assert.match(comment, /^## ⛔ Blocked$/m);
    }
  });

  it("writes any text as letters and references alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.match(escaped(text), /^([A-Za-z0-9 ,;=/%→…×€–−±\u00c0-\u024f-]|&#\d+;)*$/u);
        assert.match(inPicture(text), /^([A-Za-z0-9 ,/-]|#\d+;)*$/u);
        assert.ok(code(text).startsWith("<code>") && code(text).endsWith("</code>"));
      }),
    );
  });

  it("breaks every mention and reference, which GitHub finds in the finished page too", () => {
    const page = (text: string) =>
      text.replace(/&#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number)));
    assert.equal(
      page(escaped("@octocat #1 GH-1 :x:")),
      "@\u200boctocat #\u200b1 GH-\u200b1 :\u200bx:",
    );
    assert.equal(page(code("@octocat #1 :x:")), "<code>@\u200boctocat #1 :x:</code>");
    assert.equal(page(escaped("a\u202eb\u0301\ud800")), "a[U+202E]b[U+0301][U+D800]");
  });

  it("says in one line that nothing changes", () => {
    const comment = reviewMarkdown(review([]));
    assert.equal(comment.trim().split("\n").length, 2);
    assert.match(comment, /\*\*No change\*\* against/);
  });

  it("cuts neither the verdict nor what goes, however long it is, and fits into a comment", () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      change(`bucket-${index}-${"x".repeat(100)}`, { replaced: "yes", holds: "the objects in it" }),
    );
    const comment = reviewMarkdown(review(many));
    assert.ok(comment.length < 65_536, String(comment.length));
    assert.match(comment.split("\n")[1]!, /Blocked/);
    assert.match(comment, /3000 of what holds data or an address goes/);
    assert.match(comment, /\d+ more parts do not fit here/);
    assert.equal(comment.match(/<details>/g)!.length, comment.match(/<\/details>/g)!.length);
  });

  it("is the same bytes for the same review, whatever the order of its parts' keys", () => {
    const one = review([change("a"), change("b", { replaced: "may", holds: "it" })]);
    assert.equal(reviewMarkdown(one), reviewMarkdown(structuredClone(one)));
  });

  it("draws what goes, what may go and what follows", () => {
    const subnet = change("subnet", { replaced: "yes", holds: "the addresses in it" });
    const nat = change("nat", { replaced: "may", dragged: [{ urn: subnet.urn, by: "subnetId" }] });
    const comment = reviewMarkdown(review([subnet, nat]));
    assert.match(comment, /r0\["Bucket subnet"\]:::gone/);
    assert.match(comment, /r1\["Bucket nat"\]:::perhaps/);
    assert.match(comment, /r0 -->\|"subnetId"\| r1/);
  });
});
