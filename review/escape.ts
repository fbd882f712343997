/**
 * Text that somebody else has written, for a comment on GitHub: nothing in it is markup, a mention, a
 * link, an image or the end of something. Whatever is no plain letter becomes a character reference.
 */
export function escaped(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[^A-Za-z0-9 ,;=/%→…×€–−±\u00c0-\u024f-]/gu, (found) => `&#${found.codePointAt(0)!};`);
}

/** The same as code, which is shown letter by letter. */
export function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

/** Text in a node of a Mermaid picture, whose character references have a form of their own. */
export function inPicture(text: string): string {
  return text.replace(/[^A-Za-z0-9 ,/-]/gu, (found) => `#${found.codePointAt(0)!};`);
}
