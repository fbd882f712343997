import { declaredBindings } from "../../declared/traffic";
import { targetGroupBinding } from "../../model/kubernetes";
import { show } from "../../model/expectation";
import { at, unknown } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "bindings",
  severity: "critical",
  from: "starter",
  demands: "Each target group gets the pods of its own service, and of no other.",
  reason: "Pods in the wrong group answer its health check, and users get the wrong answers.",
  needs: "resource",
  types: [targetGroupBinding],
  judge: ({ name, properties }) => {
    const expected = Object.hasOwn(declaredBindings, name) ? declaredBindings[name] : undefined;
    if (!expected) return ["it is not declared in policies/declared/traffic"];
    const service = at(properties, "spec.serviceRef.name");
    const arn = at(properties, "spec.targetGroupARN");
    // A first preview does not know it, and renders the word for it.
    const open = arn === unknown || arn === "unknown";
    return [
      ...(service === expected.service
        ? []
        : [`spec.serviceRef.name is ${show(service)}; it must be ${expected.service}`]),
      ...(open || new RegExp(`:targetgroup/[a-z0-9-]+-${expected.group}/`).test(String(arn))
        ? []
        : [
            `spec.targetGroupARN is ${show(arn)}; it must be the target group of the ${expected.group}`,
          ]),
    ];
  },
} satisfies RuleDefinition;
