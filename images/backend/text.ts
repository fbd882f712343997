/** A text as PostgreSQL can store it: without U+0000 and halves of surrogate pairs, which U+FFFD replaces. */
export function storable(text: string): string {
  return Buffer.from(text).toString().replaceAll("\0", "\ufffd");
}
