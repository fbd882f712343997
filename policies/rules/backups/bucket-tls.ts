import { bucketType, configures } from "../../model/buckets";
import { show } from "../../model/expectation";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "bucket-tls",
  severity: "high",
  from: "starter",
  demands: "No bucket answers without TLS.",
  reason: "A backup that crosses the network in plain text is read by whoever listens.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack) => {
    const policy = configures(bucket, "BucketPolicy", stack)?.properties.policy;
    const statements = list(document(policy), "Statement");
    if (statements.some(deniesPlainText)) return [];
    return [
      `its bucket policy is ${statements.length > 0 ? "open to requests without TLS" : show(policy)}; it must deny s3:* where aws:SecureTransport is false`,
    ];
  },
} satisfies RuleDefinition;

/** A policy is an object, or its JSON as the engine may send it. */
function document(policy: unknown): unknown {
  if (typeof policy !== "string") return policy;
  try {
    return JSON.parse(policy);
  } catch {
    return undefined;
  }
}

function deniesPlainText(statement: unknown): boolean {
  return (
    at(statement, "Effect") === "Deny" &&
    at(statement, "Action") === "s3:*" &&
    (at(statement, "Principal") === "*" || at(statement, "Principal.AWS") === "*") &&
    // Which objects: their ARN may exist only after creation, but there has to be one.
    at(statement, "Resource") !== undefined &&
    String(
      (at(statement, "Condition.Bool") as Record<string, unknown>)?.["aws:SecureTransport"],
    ) === "false"
  );
}
