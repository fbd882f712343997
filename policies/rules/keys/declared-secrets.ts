import { filledBy } from "../../declared/secrets";
import type { RuleDefinition } from "../../model/rule";

/** Its content is the configuration's, which differs from stack to stack. */
const configured = "observability-secret-alertmanager-receivers";

export default {
  name: "declared-secrets",
  severity: "critical",
  from: "starter",
  demands: "A Secret is filled by the passwords that policies/declared says.",
  reason:
    "Its content is seen by nobody: with another's password pods start well, and nothing lets them in.",
  needs: "stack",
  types: ["kubernetes:core/v1:Secret"],
  judge: ({ name, release, propertyDependencies }, stack) => {
    // A release's own Secrets are judged by their values.
    if (release || name === configured) return [];
    const declared = Object.hasOwn(filledBy, name) ? filledBy[name]! : undefined;
    if (!declared) return ["what fills it is not declared in policies/declared/secrets"];
    const found = (propertyDependencies.stringData ?? [])
      .map((urn) => stack.named(urn)?.name ?? "something else")
      .sort();
    const ways = Array.isArray(declared) ? [declared] : declared.oneOf.map((one) => [one]);
    return ways.some((way) => found.join() === [...way].sort().join())
      ? []
      : [
          `it is filled by ${found.join(", ") || "nothing"}; it must be by ${ways.map((way) => way.join(", ")).join(" or ")}`,
        ];
  },
} satisfies RuleDefinition;
