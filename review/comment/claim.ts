import { code, escaped, inPicture, unescaped, unescapedInPicture } from "../escape";
import { headings, marker, type Verdict } from "../heading";
import { classes } from "../picture";

/** What a run says of a change. Whoever wrote it may have written anything else: it is data. */
export interface Claim {
  verdict: Verdict;
  /** Parts of a comment, each whole without the others; no markup in them is anybody's but ours. */
  parts: string[];
}

/**
 * Reads a comparison as `preview --markdown` writes it, and writes it anew: its few forms are known again,
 * all else is text. Undefined: it does not begin as a comparison does, so it has no verdict.
 */
export function claimOf(text: string): Claim | undefined {
  const [first, second = "", ...rest] = text.split(/\r?\n/);
  if (first !== marker) return undefined;
  const verdict = (["blocked", "open"] as const).find((name) => second === headings[name]);
  if (verdict) return { verdict, parts: partsOf(rest) };
  const { unchanged } = headings;
  if (!second.startsWith(`${unchanged} `)) return undefined;
  return { verdict: "unchanged", parts: partsOf([second.slice(unchanged.length), ...rest]) };
}

/** How a part is written, and where it ends. */
interface Form {
  /** Lines of it before the first that is its own. */
  skip: 0 | 1;
  end: string;
  write: (inner: string[]) => string;
}

function partsOf(lines: string[]): string[] {
  const parts: string[] = [];
  for (let rest = lines; rest.length > 0;) {
    const { skip, end, write } = formOf(rest[0]!.trim());
    const found = rest.findIndex((line, index) => index >= skip && line.trim() === end);
    const to = found === -1 ? rest.length : found;
    parts.push(write(rest.slice(skip, to)));
    rest = rest.slice(to + 1);
  }
  return parts.filter(Boolean);
}

function formOf(first: string): Form {
  if (first === "```mermaid") return { skip: 1, end: "```", write: picture };
  const title = /^<details><summary>(.*)<\/summary>$/.exec(first)?.[1];
  return title === undefined
    ? { skip: 0, end: "", write: paragraph }
    : { skip: 1, end: "</details>", write: (inner) => folded(title, inner) };
}

function folded(title: string, inner: string[]): string {
  return `<details><summary>${inline(title)}</summary>\n\n${paragraph(inner)}\n\n</details>`;
}

function paragraph(inner: string[]): string {
  return inner.map(lineOf).filter(Boolean).join("\n");
}

function lineOf(line: string): string {
  const [, beginning = "", rest = ""] = /^(### |> ⚠️ |- ✗ |- )?(.*)$/su.exec(line.trim())!;
  // A line of these alone would underline what stands above it, or rule it off.
  const text = inline(rest.trim()).replace(/^[-=]/, (found) => `&#${found.codePointAt(0)!};`);
  return text === "" ? "" : beginning + text;
}

/** Text with what is bold and what is code in it; each ends in its own line. */
function inline(text: string): string {
  let bold = false;
  const written = text.split(/(<code>.*?<\/code>|\*\*)/u).map((piece) => {
    const shown = /^<code>(.*)<\/code>$/u.exec(piece)?.[1];
    if (shown !== undefined) return code(unescaped(shown));
    if (piece !== "**") return escaped(unescaped(piece));
    bold = !bold;
    return bold ? "<strong>" : "</strong>";
  });
  return written.join("") + (bold ? "</strong>" : "");
}

/** A node or an edge of a picture: what stands before its text, the text, and what stands behind. */
const drawn =
  /^( {2}(?:(?:r\d+|more)\["|r\d+ -->\|"))((?:[A-Za-z0-9 ,/-]|#\d+;)*)("\](?::::(?:gone|perhaps|created|changed))?|"\| r\d+)$/;

/** A picture, if every line of it is one that a comparison draws. */
function picture([first, ...rest]: string[]): string {
  const lines = rest.map((line) => {
    const [, before, text, behind] = drawn.exec(line) ?? [];
    if (text !== undefined) return before + inPicture(unescapedInPicture(text)) + behind;
    return classes.includes(line) ? line : undefined;
  });
  if (first !== "flowchart LR" || lines.includes(undefined))
    return "A picture is left out, as no comparison draws one like it";
  return ["```mermaid", first, ...lines, "```"].join("\n");
}
