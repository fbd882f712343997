import type { Cluster, Say } from "../cluster";
import type { Claim } from "../../../lib/report";

/** A fault, and what has to hold while and after it happens. */
export interface Drill {
  /** For `--drill` and as the first part of its claims' ids. */
  name: string;
  /** For people. */
  title: string;
  run(cluster: Cluster, say: Say): Promise<Claim[]>;
}
