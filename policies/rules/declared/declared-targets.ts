import { Each, Leaf, Named, type Declaration, type Fields } from "../../declared/declaration";
import { declaredTypes } from "../../declared/table";
import { at, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** Of each type: properties, and the types that have to determine them. */
const targets = new Map(
  Object.entries(declaredTypes).map(([type, fields]) => [
    type,
    Object.entries(fields)
      .map(([property, declared]) => ({ property, ...places(declared) }))
      .filter(({ allowed }) => allowed.length > 0),
  ]),
);

export default {
  name: "declared-targets",
  severity: "critical",
  from: "starter",
  demands:
    "What names another resource is determined by one of this stack, of the declared type; objects of the cluster are made by its own provider, and only the copies' vault and its key by another account's.",
  reason:
    "An address or ARN that is written down stays where it is when the resource moves, or leads to a topic that nobody reads.",
  needs: "stack",
  types: "all",
  judge: (resource, stack) =>
    resource.release || resource.ofPlugin
      ? []
      : [...literals(resource, stack), ...provided(resource, stack)],
} satisfies RuleDefinition;

function literals(resource: Resource, stack: Stack): string[] {
  const { type, properties, propertyDependencies } = resource;
  return (targets.get(type) ?? [])
    .filter(({ property, isSet }) => isSet(properties[property]))
    .filter(({ property, allowed }) => {
      const behind = (propertyDependencies[property] ?? []).map((urn) => stack.named(urn)?.type);
      return behind.length === 0 || behind.some((found) => !found || !allowed.includes(found));
    })
    .map(
      ({ property, allowed }) =>
        `${property} is not determined by ${allowed.join(" or ")} of this stack alone: name the resource itself, or declare what else may stand there in policies/declared/table`,
    );
}

/** Objects of Kubernetes come from the cluster's provider, everything else from the default one. */
function provided({ type, name, provider }: Resource, stack: Stack): string[] {
  if (/^(pulumi:|mini-xdr:)/.test(type)) return [];
  const found = provider === undefined ? undefined : stack.get(provider);
  // The engine names the default providers too.
  const isDefault = provider === undefined || /::default(_[\w.-]+)?$/.test(provider);
  const isRight = type.startsWith("kubernetes:")
    ? found?.type === "pulumi:providers:kubernetes" && !isDefault
    : isDefault || (isOfCopies(type, name) && found?.type === "pulumi:providers:aws");
  return isRight
    ? []
    : [
        `it is made by ${found?.name ?? "the default provider"}: leave the provider to its component`,
      ];
}

/** What may live in another account: the copies' bucket with all that configures it, and its key. */
function isOfCopies(type: string, name: string): boolean {
  return type.startsWith("aws:s3/")
    ? name.startsWith("backups-recovery-")
    : ["keys-backups-recovery", "keys-backups-recovery-alias"].includes(name);
}

interface Places {
  /** Types that may determine the property. */
  allowed: string[];
  /** Whether a value has anything at a place that has to be determined by one of them. */
  isSet(value: unknown): boolean;
}

function places(declaration: Declaration): Places {
  if (declaration instanceof Leaf)
    return {
      allowed: declaration.targets,
      isSet: (value) => declaration.targets.length > 0 && value !== undefined,
    };
  if (declaration instanceof Each) {
    const { allowed, isSet } = places(declaration.element);
    return { allowed, isSet: (value) => parts(value).some(isSet) };
  }
  const fields = declaration instanceof Named ? declaration.elements : (declaration as Fields);
  const found = Object.entries(fields).map(([key, part]) => ({ key, ...places(part) }));
  return {
    allowed: [...new Set(found.flatMap(({ allowed }) => allowed))],
    isSet: (value) => found.some(({ key, isSet }) => isSet(at(value, key))),
  };
}

/** A value that cannot be seen may hold anything. */
function parts(value: unknown): unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [value];
}
