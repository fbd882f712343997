import assert from "node:assert/strict";
import fc from "fast-check";
import { claimOf } from "../../../review/comment/claim";
import { limited } from "../../../review/comment/github";
import { code, escaped } from "../../../review/escape";
import { headings, marker } from "../../../review/heading";
import { hostile } from "../hostile";

const parts = (...lines: string[]) =>
  claimOf([marker, headings.open, ...lines].join("\n"))?.parts ?? [];

/** What a part may be made of: our own forms, around letters and references. */
const ours = (part: string) =>
  part
    .replace(/^<details><summary>/, "")
    .replace("</summary>\n\n", "\n")
    .replace(/\n\n<\/details>$/, "")
    .split("\n")
    .map((line) => line.replace(/^(### |> ⚠️ |- ✗ |- )/, ""))
    .join(" ")
    .replace(/<\/?(code|strong)>/g, "");
const plain = /^([A-Za-z0-9 ,;=/%→…×€–−±\u00c0-\u024f-]|&#\d+;)*$/u;

describe("what a run says of a change", () => {
  it("has the verdict that its second line is, and none without it", () => {
    assert.equal(claimOf(`${marker}\n${headings.blocked}\n`)?.verdict, "blocked");
    assert.equal(claimOf(`${marker}\r\n${headings.open}\r\n`)?.verdict, "open");
    assert.equal(claimOf(`${marker}\n${headings.unchanged} against x.\n`)?.verdict, "unchanged");
    for (const text of [
      "",
      "nothing",
      `\n${marker}\n${headings.open}`,
      `${headings.open}\n${marker}`,
      `${marker}\n${headings.open} as the base says`,
      `${marker} \n${headings.open}`,
      `${marker}\n${headings.unchanged}`,
    ])
      assert.equal(claimOf(text), undefined, text);
  });

  it("keeps what a comparison is made of", () => {
    const lines = [
      `Compared against ${code("main")}.`,
      "",
      "### prod: 1 replaced",
      "",
      `- **${code("Bucket a@b")} ${escaped("takes along @it")}**`,
      `- ✗ ${code("policy")} no`,
      "",
      "```mermaid",
      "flowchart LR",
      '  r0["Subnet a #64;b"]:::gone',
      '  r0 -->|"vpcId"| r1',
      '  more["and 2 more"]',
      "  classDef gone fill:#f8d7da,stroke:#842029,color:#000",
      "```",
      "",
      `<details><summary>${code("Vpc")} replaced</summary>`,
      "",
      `- ${code("cidr")}: 1 → 2`,
      "",
      "</details>",
    ];
    assert.deepEqual(parts(...lines), [
      `Compared against ${code("main")}&#46;`,
      "### prod&#58; 1 replaced",
      `- <strong>${code("Bucket a@b")} ${escaped("takes along @it")}</strong>\n- ✗ ${code("policy")} no`,
      lines.slice(7, 14).join("\n"),
      `<details><summary>${code("Vpc")} replaced</summary>\n\n- ${code("cidr")}&#58; 1 → 2\n\n</details>`,
    ]);
  });

  it("lets no markup through but its own, whoever wrote it", () => {
    for (const text of hostile)
      for (const line of [text, `- ${text}`, `### ${text}`, `**${text}**`, `<code>${text}</code>`])
        for (const lines of [
          line.split("\n"),
          [`<details><summary>${text}</summary>`, "", ...line.split("\n"), "", "</details>"],
        ])
          for (const part of parts(...lines)) assert.match(ours(part), plain, part);
  });

  it("lets none through in any text", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...["<details><summary>", "</summary>", "</details>", "<code>", "</code>", "**", "```"],
        ...["\n", "\n\n", "- ", "### ", "> ⚠️ ", "```mermaid\n", "flowchart LR\n", marker, "==="],
      ),
      fc.constantFrom(...hostile),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        for (const part of parts(pieces.join(""))) {
          if (part !== "```mermaid\nflowchart LR\n```") assert.match(ours(part), plain, part);
          for (const tag of ["details", "summary", "code", "strong"])
            assert.equal(
              part.split(`<${tag}>`).length,
              part.split(`</${tag}>`).length,
              `${tag} in ${part}`,
            );
        }
      }),
      { numRuns: 500 },
    );
  });

  it("shows no picture with a line that no comparison draws", () => {
    for (const line of [
      '  click r0 href "https://evil.example"',
      '  r0["<img src=x>"]',
      "%%{init: {}}%%",
      "  classDef gone fill:url(https://evil.example)",
    ])
      assert.deepEqual(parts("```mermaid", "flowchart LR", line, "```"), [
        "A picture is left out, as no comparison draws one like it",
      ]);
    const [turned] = parts("```mermaid", "flowchart LR", '  r0["a#8238;b"]', "```");
    assert.match(turned!, /a#91;U#43;202E#93;b/);
  });
});

describe("GitHub's limits", () => {
  const after = (status: number, headers: Record<string, string>, message = "") =>
    limited(status, new Headers(headers), message);

  it("pass after what Retry-After says, at the reset, or in a minute", () => {
    assert.equal(after(403, { "retry-after": "7" }), 7000);
    const reset = String(Math.floor(Date.now() / 1000) + 60);
    const wait = after(429, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset })!;
    assert.ok(wait > 58_000 && wait <= 61_000, String(wait));
    assert.equal(after(403, {}, "You have exceeded a secondary rate limit"), 60_000);
    assert.equal(after(429, {}), 60_000);
  });

  it("are no other refusals", () => {
    assert.equal(
      after(403, { "x-ratelimit-remaining": "4999" }, "Resource not accessible"),
      undefined,
    );
    assert.equal(after(404, { "retry-after": "7" }), undefined);
  });
});
