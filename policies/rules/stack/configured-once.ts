import { at, type Properties, type Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** Types that configure one thing each, and the property that says which. */
const configures: Record<string, string> = {
  ...Object.fromEntries(
    [
      "LifecycleConfiguration",
      "ObjectLockConfiguration",
      "OwnershipControls",
      "Policy",
      "PublicAccessBlock",
      "ReplicationConfig",
      "ServerSideEncryptionConfiguration",
      "Versioning",
    ].map((kind) => [`aws:s3/bucket${kind}:Bucket${kind}`, "bucket"]),
  ),
  "aws:sns/topicPolicy:TopicPolicy": "arn",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": "repository",
  "aws:ec2/routeTableAssociation:RouteTableAssociation": "subnetId",
  // Of two that claim to be the cluster's default the younger one is.
  "kubernetes:storage.k8s.io/v1:StorageClass": "metadata",
};

export default {
  name: "configured-once",
  severity: "critical",
  from: "starter",
  demands:
    "A bucket, a topic, a repository and a subnet are configured by one resource of a kind, and one storage class is the default.",
  reason: "AWS keeps one: of two the last to be written counts, and the rules judge the first.",
  needs: "stack",
  types: Object.keys(configures),
  judge: (resource, stack) => {
    const what = target(resource);
    return stack
      .ofType(resource.type)
      .filter((other) => other !== resource && target(other) === what)
      .map(({ name }) => `${name} configures the same; it must be one`);
  },
} satisfies RuleDefinition;

/** What determines the property, or its literal. */
function target({ type, name, properties, propertyDependencies }: Resource): string {
  const annotations = at(properties, "metadata.annotations") as Properties | undefined;
  if (type.startsWith("kubernetes:"))
    return annotations?.["storageclass.kubernetes.io/is-default-class"] === "true"
      ? "default"
      : name;
  const property = configures[type]!;
  const behind = propertyDependencies[property] ?? [];
  return behind.length > 0 ? [...behind].sort().join() : String(properties[property]);
}
