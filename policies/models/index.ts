import { change } from "./change";
import type { Model } from "./line";

/** What availability means, in the order in which a reader asks. */
export const models: Model[] = [change];
