import { bucketType } from "./buckets";
import { at, list, type Stack } from "./resource";

/**
 * The stack's account, as the copies of its images name it, or where there are none its buckets' names;
 * empty where nothing does.
 */
export function accounts(stack: Stack): unknown[] {
  const named = ofCopies(stack);
  return named.length > 0 ? named : ofBuckets(stack);
}

function ofBuckets(stack: Stack): unknown[] {
  return stack
    .ofType(bucketType)
    .map(({ properties }) => /-(\d{12})$/.exec(String(properties.bucket))?.[1])
    .filter((account) => account !== undefined);
}

function ofCopies(stack: Stack): unknown[] {
  return stack
    .ofType("aws:ecr/replicationConfiguration:ReplicationConfiguration")
    .flatMap(({ properties }) => list(properties, "replicationConfiguration.rules"))
    .flatMap((rule) => list(rule, "destinations"))
    .map((destination) => at(destination, "registryId"));
}
