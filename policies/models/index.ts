import { change } from "./change";
import type { Model } from "./line";
import { survival } from "./survival/survival";

/** What availability means, in the order in which a reader asks. */
export const models: Model[] = [survival, change];
