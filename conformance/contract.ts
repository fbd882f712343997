import { cache } from "./cache";
import type { Clause } from "./clause";
import { degraded } from "./degraded";
import { document } from "./document";
import { errors } from "./errors";
import { events } from "./events";
import { fuzzing } from "./fuzzing";
import { health } from "./health";
import { incidents } from "./incidents";
import { metrics } from "./metrics";
import { shutdown } from "./shutdown";
import { state } from "./state";
import { stream } from "./stream";

/** The whole contract, in the order in which it is checked: what disturbs most comes last. */
export const contract: Clause[] = [
  ...document,
  ...health,
  ...state,
  ...events,
  ...incidents,
  ...errors,
  ...metrics,
  ...stream,
  ...degraded,
  ...cache,
  ...shutdown,
  ...fuzzing,
];
