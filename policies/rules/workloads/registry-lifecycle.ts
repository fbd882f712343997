import { documentOf } from "../../model/policy-document";
import { at, list, numberAt, unknown } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "registry-lifecycle",
  severity: "high",
  from: "starter",
  demands: "A registry expires untagged images only, after a week or more.",
  reason: "An image that a running pod, or a rollback, still needs could not be pulled again.",
  needs: "resource",
  types: ["aws:ecr/lifecyclePolicy:LifecyclePolicy"],
  judge: ({ properties }) => {
    if (properties.policy === unknown) return [];
    const rules = list(documentOf(properties.policy), "rules");
    return rules.length > 0 &&
      rules.every(
        (rule) =>
          at(rule, "selection.tagStatus") === "untagged" &&
          at(rule, "selection.countType") === "sinceImagePushed" &&
          at(rule, "selection.countUnit") === "days" &&
          numberAt(rule, "selection.countNumber") >= 7,
      )
      ? []
      : ["policy expires more than untagged images that were pushed 7 days ago or earlier"];
  },
} satisfies RuleDefinition;
