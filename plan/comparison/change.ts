import type { Effect } from "../../policies/replacement/effects";
import type { Difference } from "./difference";
import type { Pair } from "./identity";

/** A property that changes, and what that does to its resource. */
export interface PropertyChange extends Difference {
  effect: Effect;
  /** The condition of it, or why nothing is known. */
  because?: string;
}

/** Whether a resource is replaced: `may` where only the engine can tell. */
export type Replaced = "no" | "may" | "yes";

/** A resource that the head's plan has otherwise, or that only one of the two has. */
export interface Change {
  /** The head's; of one that is gone, the base's. */
  urn: string;
  /** Its URN before, where that was another. */
  was?: string;
  type: string;
  name: string;
  kind: "created" | "changed" | "deleted";
  /** Inputs and options that differ. */
  properties: PropertyChange[];
  replaced: Replaced;
  /** What takes it along: another resource that is replaced, and the property that leads there. */
  dragged: { urn: string; by: string }[];
  /** In which order, where it is replaced. */
  order?: string;
  /** `up` refuses: it is protected. */
  refused: boolean;
  /** What is lost with it, as a noun; absent: nothing that is not made anew. */
  holds?: string;
  /** Deleted for Pulumi only: it stays in the account, and nobody manages it. */
  kept: boolean;
}

/** Whether something that holds data or an address goes, for certain or perhaps. */
export function loses({ holds, kind, replaced, kept }: Change): boolean {
  if (holds === undefined) return false;
  return replaced !== "no" || (kind === "deleted" && !kept);
}

/**
 * Whether `up` refuses it. A protected resource is not deleted, and not replaced unless the same change
 * takes its protection away (pulumi/pulumi, pkg/resource/deploy/step_generator.go: "we do allow
 * unprotecting and replacing to happen in a single update cycle").
 */
export function isRefused({ before, after }: Pair, replaced: Replaced): boolean {
  if (!before?.protect) return false;
  return after ? after.protect && replaced === "yes" : true;
}

/** The last part of a URN, which people call a resource by. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1)!;
}
