import { ofCopy, ofKey, ofSigningKey, ofVault, signers } from "../../declared/denials";
import { isDenial, namesFor, type Names } from "../../model/denials";
import { show } from "../../model/expectation";
import { documentOf } from "../../model/policy-document";
import { at, list, unknown, type Properties, type Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** Of each type, the property that holds its policy document. */
const documents: Record<string, string> = {
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:kms/key:Key": "policy",
  "aws:kms/replicaKey:ReplicaKey": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
};
/** What may be denied besides requests without TLS; that nothing of it is missing, other rules say. */
const denials = [
  ...[...ofVault, ...ofCopy, ofKey],
  ...Object.values(signers).map((signer) => ofSigningKey(signer)),
];
/** As AWS writes them for a service that uses a key. */
const harmless = /^kms:(ReEncrypt|GenerateDataKey|Describe)\*$/;
const keys = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];

export default {
  name: "rights",
  severity: "critical",
  from: "starter",
  demands:
    "A policy document grants named actions to named principals, and denies nothing but requests without TLS and what policies/declared/denials says.",
  reason:
    "A wildcard lets anybody delete a backup or a database; a denial takes a right away that a restore needs.",
  needs: "stack",
  types: Object.keys(documents),
  judge: (resource, stack, settings) => {
    const property = documents[resource.type]!;
    const value = resource.properties[property];
    // What a first preview does not know is judged by the update that follows it.
    if (value === unknown) return [];
    const document = documentOf(value);
    const statements = list(document, "Statement");
    if (statements.length === 0)
      return [`${property} is ${show(value)}; it must be a document with statements`];
    return [
      ...(at(document, "Version") === "2012-10-17"
        ? []
        : [`${property}.Version is not 2012-10-17`]),
      ...statements.flatMap((statement, index) =>
        faults(statement, resource, namesFor(resource, stack, settings)).map(
          (fault) => `${property}.Statement.${index} ${fault}`,
        ),
      ),
    ];
  },
} satisfies RuleDefinition;

function faults(statement: unknown, { type }: Resource, names: Names): string[] {
  const found = Object.keys((statement ?? {}) as object)
    .filter((key) => !keys.includes(key))
    .map((key) => `sets ${key}, which turns its meaning round; name what is allowed`);
  if (at(statement, "Effect") === "Deny")
    return isTlsOnly(statement, type) || denials.some((one) => isDenial(statement, one, names))
      ? found
      : [...found, "denies what policies/declared/denials does not say; a restore may need it"];
  if (at(statement, "Effect") !== "Allow") return [...found, "neither allows nor denies"];
  const actions = [at(statement, "Action")].flat().map(String);
  const ofAccount =
    type.startsWith("aws:kms/") &&
    /^arn:aws:iam::\d{12}:root$/.test(String(at(statement, "Principal.AWS")));
  const wide = actions.filter(
    (action) =>
      action.includes("*") && !harmless.test(action) && !(ofAccount && action === "kms:*"),
  );
  const resources = [at(statement, "Resource")].flat().filter((name) => name !== undefined);
  return [
    ...found,
    ...wide.map((action) => `allows ${action}; name the actions`),
    ...(actions.length === 0 || actions.includes("undefined") ? ["names no action"] : []),
    ...(isAnybody(at(statement, "Principal")) && !isOfOwner(statement, type)
      ? ["allows it to anybody; name who"]
      : []),
    ...(type === "aws:iam/rolePolicy:RolePolicy" &&
    resources.includes("*") &&
    actions.some(isChange) &&
    at(statement, "Condition") === undefined
      ? [`allows ${actions.filter(isChange).join(", ")} on everything; name the resources`]
      : []),
  ];
}

/** Actions that have no resource to name, or only read; the others change something. */
function isChange(action: string): boolean {
  return !/^(\w+:(Describe|List|Get)\w*|logs:(CreateLogDelivery|PutResourcePolicy)|tag:GetResources|cloudwatch:PutMetricData)$/.test(
    action,
  );
}

function isAnybody(principal: unknown): boolean {
  return principal === "*" || [at(principal, "AWS")].flat().includes("*");
}

/** Publishing to a topic for the account that owns it: how ElastiCache, which names no service, comes. */
function isOfOwner(statement: unknown, type: string): boolean {
  const { StringEquals: equals, ...others } = (at(statement, "Condition") ?? {}) as Properties;
  return (
    type === "aws:sns/topicPolicy:TopicPolicy" &&
    at(statement, "Action") === "sns:Publish" &&
    Object.keys(others).length === 0 &&
    /^\d{12}$/.test(String(at(equals, "aws:SourceOwner")))
  );
}

function isTlsOnly(statement: unknown, type: string): boolean {
  return (
    type === "aws:s3/bucketPolicy:BucketPolicy" &&
    JSON.stringify(at(statement, "Condition")) === '{"Bool":{"aws:SecureTransport":"false"}}'
  );
}
