/** An incident's entity tag: its version, strong. */
export const etagOf = (version: number) => `"${version}"`;

/** The tags of an If-Match or If-None-Match header; `*` for any. */
function parse(header: string): string[] | "*" {
  if (header.trim() === "*") return "*";
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

/**
 * The versions that If-Match allows; `"any"` for `*`. Weak tags never match here (RFC 9110, 13.1.1).
 */
export function versionsOf(ifMatch: string): number[] | "any" {
  const tags = parse(ifMatch);
  if (tags === "*") return "any";
  return tags.flatMap((tag) => {
    const version = Number(/^"([1-9]\d{0,8})"$/.exec(tag)?.[1]);
    return Number.isInteger(version) ? [version] : [];
  });
}

/** Whether If-None-Match names this tag, weakly compared (RFC 9110, 13.1.2): then 304. */
export function isNamed(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = parse(ifNoneMatch);
  return tags === "*" || tags.some((tag) => tag.replace(/^W\//, "") === etag);
}
