/** The image breaks a clause. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";
  constructor(
    readonly expected: string,
    readonly seen: string,
    /** What to change in the image. */
    readonly remedy: string,
  ) {
    super(`expected ${expected}; seen: ${seen}; remedy: ${remedy}`);
  }
}

/** A clause could not be tried: the message says why, and what is wanted for it. */
export class Unchecked extends Error {
  override readonly name = "Unchecked";
}

/** @throws Mismatch unless it is so. */
export function expect(so: boolean, expected: string, seen: string, remedy: string): asserts so {
  if (!so) throw new Mismatch(expected, seen, remedy);
}
