import type { Context } from "./context";

/** One sentence of the contract, and how it is checked. */
export interface Clause {
  /** `group.what`, stable; docs/conformance.md has the same. */
  id: string;
  /** The sentence. */
  title: string;
  /**
   * Resolves when the image keeps it, with how a fault was proved where there was one.
   *
   * @throws Mismatch when it does not
   * @throws Unchecked when that cannot be told
   */
  check(context: Context): Promise<string | undefined> | Promise<void>;
}
