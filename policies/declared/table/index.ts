import type { Fields } from "../declaration";
import { buckets, databases, secrets } from "./aws-data";
import { edges, watching } from "./aws-edge";
import { clusters, networks, rights } from "./aws-network";
import { programObjects } from "./program-objects";
import { around, workloads } from "./workloads";

/**
 * Every type that a stack may hold, and every property of it that may be set: judged by a rule, or
 * declared indifferent with the values for which that holds. What is not here is denied.
 */
export const declaredTypes: Record<string, Fields> = {
  ...databases,
  ...buckets,
  ...secrets,
  ...networks,
  ...clusters,
  ...rights,
  ...edges,
  ...watching,
  ...workloads,
  ...around,
  ...programObjects,
};
