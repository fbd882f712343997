import type { Drill } from "../rehearsal/drill";
import type { Bed } from "./bed";
import type { Control } from "./control";
import type { Variant } from "./variant";

/** A drill on real nodes, under load. */
export interface ChaosDrill extends Drill<Bed> {
  /** The backends that it begins with. Default those as planned. */
  variant?: Variant;
  /** Its negative control, where it needs backends that lack a protection. Others are a part of `run`. */
  control?: Control;
}
