import { documentOf } from "./policy-document";
import { at, list, unknown, type Resource, type Stack } from "./resource";

const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

/**
 * Whether the policies of a role allow an action on a resource of this stack, by a name in its ARN.
 * What is not known before creation is taken from what determines the document.
 */
export function mayDo(
  role: Resource,
  action: string,
  target: Resource,
  name: RegExp,
  stack: Stack,
): boolean {
  return stack.pointingAt(role, rolePolicy, "role").some((policy) => {
    if (!policy.propertyDependencies.policy?.includes(target.urn)) return false;
    const document = documentOf(policy.properties.policy);
    if (document === undefined) return policy.properties.policy === unknown;
    return list(document, "Statement").some(
      (statement) =>
        at(statement, "Effect") === "Allow" &&
        // A condition may hold or not; none is needed.
        at(statement, "Condition") === undefined &&
        [at(statement, "Action")].flat().includes(action) &&
        [at(statement, "Resource")]
          .flat()
          .some((resource) => resource === unknown || name.test(String(resource))),
    );
  });
}

/** Whether a service may take a role on. */
export function trusts(role: Resource, service: string, ...actions: string[]): boolean {
  return allows(documentOf(role.properties.assumeRolePolicy), isService(service), actions);
}

/** A service of AWS, as a statement's principal. */
export function isService(service: string): (principal: unknown) => boolean {
  return (principal) => [at(principal, "Service")].flat().includes(service);
}

/**
 * Whether a policy document allows a principal every one of the actions.
 *
 * @param admits which statements count at all; all of them, by default
 */
export function allows(
  document: unknown,
  isMeant: (principal: unknown) => boolean,
  actions: string[],
  admits: (statement: unknown) => boolean = () => true,
): boolean {
  const allowed = list(document, "Statement")
    .filter((statement) => at(statement, "Effect") === "Allow" && admits(statement))
    .filter((statement) => isMeant(at(statement, "Principal")))
    .flatMap((statement) => [at(statement, "Action")].flat());
  return actions.every((action) => allowed.includes(action));
}
