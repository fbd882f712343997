import { declaredTypes } from "../../declared/table";
import type { RuleDefinition } from "../../model/rule";

/** What has no properties that anybody deploys: the stack itself and this program's components. */
const structure = /^(pulumi:pulumi:Stack|mini-xdr:index:\w+)$/;

export default {
  name: "declared-types",
  severity: "critical",
  from: "starter",
  demands:
    "Every resource, and every object of a release, is of a type that policies/declared knows.",
  reason:
    "Whatever is of a type that nobody has thought about may patch, limit, replace or remove what the other rules judge.",
  needs: "resource",
  types: "all",
  judge: ({ type }) =>
    structure.test(type) || Object.hasOwn(declaredTypes, type)
      ? []
      : [
          `nothing knows the type ${type}: do without it, or declare it in policies/declared/table with every property and the rules that judge it`,
        ],
} satisfies RuleDefinition;
