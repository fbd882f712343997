import type { Claim } from "../lib/claim";
import type { Drill, Say } from "../rehearsal/drill";
import type { Bed } from "./bed";
import type { Variant } from "./variant";

/** A drill on real nodes, under load. */
export interface ChaosDrill extends Drill<Bed> {
  /**
   * Its negative control, where it needs backends that lack a protection. Controls of one variant run
   * one after the other, so that backends are replaced once for all of them. Others are a part of `run`.
   */
  control?: {
    variant: Variant;
    run(bed: Bed, say: Say): Promise<Claim>;
  };
}
