import type { Resource, Stack } from "./resource";

export const bucketType = "aws:s3/bucket:Bucket";

/** The resource of a type that configures a bucket, such as its versioning. */
export function configures(bucket: Resource, kind: string, stack: Stack): Resource | undefined {
  const type = `aws:s3/${kind[0]!.toLowerCase()}${kind.slice(1)}:${kind}`;
  return stack
    .ofType(type)
    .find(
      ({ properties, propertyDependencies }) =>
        (properties.bucket !== undefined && properties.bucket === bucket.properties.bucket) ||
        propertyDependencies.bucket?.includes(bucket.urn),
    );
}

/**
 * Whether a bucket holds data. Only the load balancer's access logs do not: AWS writes them to
 * buckets without a key of our own or a lock.
 */
export function holdsData(bucket: Resource, stack: Stack): boolean {
  return !stack
    .ofType("aws:lb/loadBalancer:LoadBalancer")
    .some(
      ({ properties, propertyDependencies }) =>
        (properties.accessLogs as { bucket?: unknown } | undefined)?.bucket ===
          bucket.properties.bucket || propertyDependencies.accessLogs?.includes(bucket.urn),
    );
}
