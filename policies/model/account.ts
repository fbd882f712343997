import { at, list, type Stack } from "./resource";

/** The stack's account, as the copies of its images name it; empty where nothing does. */
export function accounts(stack: Stack): unknown[] {
  return stack
    .ofType("aws:ecr/replicationConfiguration:ReplicationConfiguration")
    .flatMap(({ properties }) => list(properties, "replicationConfiguration.rules"))
    .flatMap((rule) => list(rule, "destinations"))
    .map((destination) => at(destination, "registryId"));
}
