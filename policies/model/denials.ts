import { documentOf } from "./policy-document";
import { at, list, unknown, type Resource, type Stack } from "./resource";
import type { Settings } from "./settings";

/**
 * A statement that denies, as policies/declared states it: ARNs by what they name, such as
 * `<deploy>` or `<role:prune>`, and objects by what follows the bucket's own ARN.
 */
export interface Denial {
  /** What is lost without it. */
  why: string;
  actions: string[];
  /** Of a bucket `""` or `/daily/*`; of a key `*`. */
  on: string[];
  /** Absent: whoever asks, whatever else is so. */
  condition?: Record<string, Record<string, string | string[]>>;
}

/** Whether a statement denies just what is declared: not more, which a restore may need, and not less. */
export function isDenial(statement: unknown, denial: Denial, names: Names): boolean {
  return (
    at(statement, "Effect") === "Deny" &&
    at(statement, "Principal") === "*" &&
    isSameSet(strings(at(statement, "Action")), denial.actions) &&
    mayBeSameSet(strings(at(statement, "Resource")).map(pathOf), denial.on) &&
    fits(at(statement, "Condition"), denial.condition, names)
  );
}

/** The declared denials that none of a document's statements makes; a document that is not known has them all. */
export function missing(value: unknown, denials: Denial[], names: Names): Denial[] {
  if (value === unknown) return [];
  const statements = list(documentOf(value), "Statement");
  return denials.filter(
    (denial) => !statements.some((statement) => isDenial(statement, denial, names)),
  );
}

/** What an ARN names, in words of policies/declared; anything else stays as it is. */
export type Names = (arn: string) => string;

/**
 * Names the ARNs in a resource's policy. The keeper is the role that runs `up`, or in another account
 * the one that `up` takes on there.
 */
export function namesFor(resource: Resource, stack: Stack, settings: Settings): Names {
  const keeper = keeperOf(resource, stack) ?? settings.deployRole;
  return (arn) => {
    const role = /:role\/backup-identities-(\w+)-role(-\w+)?$/.exec(arn)?.[1];
    if (role !== undefined) return `<role:${role}>`;
    if (/:role\/backups-replication-role(-\w+)?$/.test(arn)) return "<role:replication>";
    if (/^arn:aws[\w-]*:kms:.*:key\//.test(arn)) return "<key>";
    // Without a file of its own a stack's deploy role is not known here: then any role that is none of ours.
    const isKeeper = keeper === undefined ? /:role\/./.test(arn) : arn === keeper;
    return isKeeper ? "<deploy>" : arn;
  };
}

/** The role of another account that the resource's provider takes on; undefined: it takes none. */
export function keeperOf({ provider }: Resource, stack: Stack): string | undefined {
  const found = provider === undefined ? undefined : stack.get(provider);
  return found && roleOf(found);
}

/** The role that a provider of AWS takes on. The SDK hands a provider's settings over as JSON. */
export function roleOf({ properties }: Resource): string | undefined {
  const { assumeRoles } = properties;
  const role = at(typeof assumeRoles === "string" ? listIn(assumeRoles) : assumeRoles, "0.roleArn");
  return typeof role === "string" ? role : undefined;
}

function listIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What follows a bucket's own ARN; of anything else, all of it. */
export function pathOf(arn: unknown): unknown {
  if (typeof arn !== "string") return arn;
  return /^arn:aws[\w-]*:s3:::[^/]+(\/.*)?$/.test(arn) ? arn.replace(/^[^/]*/, "") : arn;
}

function fits(value: unknown, expected: unknown, names: Names): boolean {
  // Before the first `up` nothing is known of a role or a key of the stack's own; all else is.
  if (value === unknown) return typeof expected === "string" && /^<(role:\w+|key)>$/.test(expected);
  if (typeof value === "string" || typeof expected === "string")
    return typeof value === "string" && (value === expected || names(value) === expected);
  if (value === undefined || expected === undefined) return value === expected;
  if (value === null || typeof value !== "object" || typeof expected !== "object") return false;
  const [found, wanted] = [Object.keys(value), Object.keys(expected as object)];
  return (
    isSameSet(found, wanted) &&
    wanted.every((key) => fits(memberOf(value, key), memberOf(expected, key), names))
  );
}

/** A key with dots in it, such as a condition's, is no path. */
function memberOf(value: unknown, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}

function strings(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}

/** The same members. */
function isSameSet(found: unknown[], wanted: unknown[]): boolean {
  return mayBeSameSet(found, wanted) && !found.includes(unknown);
}

/** The same members; one that is not known yet may be any of them. */
function mayBeSameSet(found: unknown[], wanted: unknown[]): boolean {
  const known = found.filter((member) => member !== unknown);
  return (
    known.every((member) => wanted.includes(member)) &&
    wanted.filter((member) => !known.includes(member)).length <= found.length - known.length
  );
}
