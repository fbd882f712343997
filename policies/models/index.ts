import { change } from "./change";
import { detection } from "./detection";
import type { Model } from "./line";
import { recovery } from "./recovery";
import { survival } from "./survival/survival";

/** What availability means, in the order in which a reader asks. */
export const models: Model[] = [survival, detection, recovery, change];
