/** GitHub links names and numbers in the finished page, where a character reference is the character. */
const zeroWidthSpace = "\u200b";

/**
 * Text that somebody else has written, for a comment on GitHub: nothing in it is markup, a mention, a
 * reference, a link, an image, an emoji's name or the end of something, and nothing in it is invisible or
 * turns the line round. Whatever is no plain letter becomes a character reference.
 */
export function escaped(text: string): string {
  // A reference alone still mentions (github/cmark-gfm#181); a space without width after it does not.
  return referenced(
    visible(text).replace(/[@#]|\bGH-(?=\d)|:(?=[\w+-]+:)/gi, `$&${zeroWidthSpace}`),
  );
}

/** The same as code, which is shown letter by letter. */
export function code(text: string): string {
  // GitHub looks for no names in code, but an answer by mail quotes it as plain text (dependabot-core#3157).
  return `<code>${referenced(visible(text).replaceAll("@", `@${zeroWidthSpace}`))}</code>`;
}

/** Text in a node of a Mermaid picture, whose character references have a form of their own. */
export function inPicture(text: string): string {
  return visible(text).replace(/[^A-Za-z0-9 ,/-]/gu, (found) => `#${found.codePointAt(0)!};`);
}

/** What {@link escaped} and {@link code} have been given, as far as a reader could see it. */
export function unescaped(text: string): string {
  return text
    .replace(/&#(\d{1,7});/g, (_, number: string) => characterOf(Number(number)))
    .replaceAll(zeroWidthSpace, "");
}

/** What {@link inPicture} has been given, as far as a reader could see it. */
export function unescapedInPicture(text: string): string {
  return text.replace(/#(\d{1,7});/g, (_, number: string) => characterOf(Number(number)));
}

function characterOf(number: number): string {
  return number <= 0x10ffff ? String.fromCodePoint(number) : "\ufffd";
}

/** One line, in which whatever has no shape of its own is named instead: `[U+202E]`. */
function visible(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(
      /(?!\ufe0f)[\p{C}\p{M}]/gu,
      (found) => `[U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}

function referenced(text: string): string {
  return text.replace(
    /[^A-Za-z0-9 ,;=/%→…×€–−±\u00c0-\u024f-]/gu,
    (found) => `&#${found.codePointAt(0)!};`,
  );
}
