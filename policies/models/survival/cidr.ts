import { Netmask } from "netmask";

const read = new Map<string, Netmask | undefined>();

/** The block that a text names; undefined where it names none. */
function block(text: unknown): Netmask | undefined {
  if (typeof text !== "string") return undefined;
  if (!read.has(text)) {
    let found: Netmask | undefined;
    try {
      found = new Netmask(text);
    } catch {
      // An address of IPv6, or none: nothing of ours is reached by it.
    }
    read.set(text, found);
  }
  return read.get(text);
}

/** Whether a range holds the whole of another. */
export function holds(range: unknown, other: unknown): boolean {
  const [outer, inner] = [block(range), block(other)];
  return (
    outer !== undefined &&
    inner !== undefined &&
    outer.bitmask <= inner.bitmask &&
    outer.contains(inner.base)
  );
}

/** Whether two ranges share an address. What cannot be read may share any. */
export function overlap(range: unknown, other: unknown): boolean {
  if (block(range) === undefined || block(other) === undefined) return true;
  return holds(range, other) || holds(other, range);
}
