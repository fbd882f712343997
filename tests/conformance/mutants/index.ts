import type { Broken } from "./kit";
import { documentMutants } from "./document";
import { errorsMutants } from "./errors";
import { eventsMutants } from "./events";
import { healthMutants } from "./health";
import { incidentsMutants } from "./incidents";
import { metricsMutants } from "./metrics";
import { streamMutants } from "./stream";

/** One image a line: what is wrong with it, and which clauses say so; in the contract's order. */
export const broken: Record<string, Broken> = {
  ...documentMutants,
  ...healthMutants,
  ...eventsMutants,
  ...incidentsMutants,
  ...errorsMutants,
  ...metricsMutants,
  ...streamMutants,
};
