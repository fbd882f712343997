import { show } from "../../model/expectation";
import { awaited } from "../../model/cluster-loss";
import { unknown, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const entry = "aws:eks/accessEntry:AccessEntry";
const association = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
const provider = "pulumi:providers:kubernetes";

export default {
  name: "cluster-access",
  severity: "critical",
  from: "starter",
  demands:
    "Every role has one access entry, and everything on the cluster is made after the administrators' and deleted before them.",
  reason:
    "EKS refuses a second entry of a role, and the API everybody without one: a first up fails, and a destroy locks itself out.",
  needs: "stack",
  types: [entry, association, provider],
  judge: (resource, stack) => {
    if (resource.type === provider) return unawaited(resource, stack);
    const { principalArn, userName } = resource.properties;
    const granted = stack.ofType(association).some((other) => isSame(resource, other));
    const others = stack.ofType(entry).filter((other) => other !== resource);
    const same = others.filter((other) => isSame(resource, other));
    return [
      ...(isRole(resource) ? [] : [`principalArn is ${show(principalArn)}; it must be a role`]),
      ...(resource.type === entry && same.length > 0
        ? [`${show(principalArn)} has another entry, ${same[0]!.name}; EKS takes one`]
        : []),
      // What has a user's name gets its rights in Kubernetes.
      ...(resource.type === entry && userName === undefined && !granted
        ? [`${show(principalArn)} may do nothing: no access policy is associated with it`]
        : []),
      ...(resource.type === association && same.length === 0
        ? [`${show(principalArn)} has no access entry that it could be added to`]
        : []),
    ];
  },
} satisfies RuleDefinition;

/** The provider has to wait itself: what runs on the cluster waits for the provider. */
function unawaited(found: Resource, stack: Stack): string[] {
  const granted = stack.ofType(association);
  if (granted.length === 0) return ["nobody administers the cluster"];
  const first = awaited(found);
  return granted
    .filter(({ urn }) => !first.includes(urn))
    .map(({ name }) => `it does not wait for ${name}, which lets a role in`);
}

/** A role by its ARN, or one of this stack whose ARN is not known yet. */
function isRole({ properties: { principalArn }, propertyDependencies }: Resource): boolean {
  if (principalArn === unknown) return (propertyDependencies.principalArn ?? []).length > 0;
  return (
    typeof principalArn === "string" && /^arn:aws[\w-]*:iam::\d{12}:role\/./.test(principalArn)
  );
}

/** Whether two name the same role: by its ARN, or by the one resource that will have it. */
function isSame(one: Resource, other: Resource): boolean {
  const [a, b] = [one, other].map(({ properties, propertyDependencies }) =>
    properties.principalArn === unknown
      ? propertyDependencies.principalArn?.join()
      : properties.principalArn,
  );
  return a !== undefined && a === b;
}
