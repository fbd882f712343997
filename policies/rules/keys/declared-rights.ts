import { declaredActions, declaredConditions, declaredTrust } from "../../declared/rights";
import { accounts } from "../../model/account";
import { keeperOf } from "../../model/denials";
import { documentOf } from "../../model/policy-document";
import { show } from "../../model/expectation";
import { at, list, unknown, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const role = "aws:iam/role:Role";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const key = "aws:kms/key:Key";
const replica = "aws:kms/replicaKey:ReplicaKey";

export default {
  name: "declared-rights",
  severity: "critical",
  from: "starter",
  demands:
    "Backups, their copies, flow logs and figures have every right that policies/declared says, by a role that their service may take; the account administers every key.",
  reason: "A right that is missing is found out when it is used: at a restore, or by nobody.",
  needs: "stack",
  types: [role, rolePolicy, key, replica],
  judge: (resource, stack) => {
    if (resource.ofPlugin) return [];
    const property = resource.type === role ? "assumeRolePolicy" : "policy";
    const value = resource.properties[property];
    // What a first preview does not know is judged by the update that follows it.
    if (value === unknown) return [];
    const statements = list(documentOf(value), "Statement");
    if (resource.type === key || resource.type === replica)
      return administered(statements, accountsOf(resource, stack));
    return resource.type === role ? trusted(resource, statements) : granted(resource, statements);
  },
} satisfies RuleDefinition;

function trusted({ name }: Resource, statements: unknown[]): string[] {
  const expected = Object.hasOwn(declaredTrust, name) ? declaredTrust[name] : undefined;
  if (!expected) return ["who may take it is not declared in policies/declared/rights"];
  const fits = statements.some(
    (statement) =>
      at(statement, "Principal.Service") === expected.service &&
      expected.actions.every((action) => actionsOf(statement).includes(action)),
  );
  return fits
    ? []
    : [`it must be taken by ${expected.service} with ${expected.actions.join(", ")}`];
}

function granted({ name }: Resource, statements: unknown[]): string[] {
  const needed = Object.hasOwn(declaredActions, name) ? declaredActions[name] : undefined;
  // An experiment that lacks a right fails when a person starts it.
  if (!needed) return name.startsWith("chaos-") ? [] : ["its actions are not declared"];
  return needed
    .filter(
      (action) =>
        !statements.some(
          (statement) =>
            actionsOf(statement).includes(action) &&
            conditionOf(statement) === declaredConditions[action],
        ),
    )
    .map((action) => `it does not allow ${action} as policies/declared/rights says`);
}

/** The account that a key is made in. */
function accountsOf(resource: Resource, stack: Stack): unknown[] {
  const keeper = keeperOf(resource, stack);
  return keeper === undefined ? accounts(stack) : [keeper.split(":")[4]];
}

/** The account itself, or nobody could mend a key's policy, and no service of AWS could use it. */
function administered(statements: unknown[], known: unknown[]): string[] {
  const whole = statements.some(
    (statement) =>
      known.some(
        (account) => at(statement, "Principal.AWS") === `arn:aws:iam::${text(account)}:root`,
      ) &&
      actionsOf(statement).includes("kms:*") &&
      conditionOf(statement) === undefined,
  );
  return whole ? [] : [`no statement leaves kms:* to the account: ${show(statements.length)} read`];
}

function actionsOf(statement: unknown): unknown[] {
  return at(statement, "Effect") === "Allow" ? [at(statement, "Action")].flat() : [];
}

function conditionOf(statement: unknown): string | undefined {
  const condition = at(statement, "Condition");
  return condition === undefined ? undefined : JSON.stringify(condition);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "unknown";
}
