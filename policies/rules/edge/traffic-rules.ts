import { declaredRoutes } from "../../declared/traffic";
import { show } from "../../model/expectation";
import { at, list, numberAt, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const targetGroup = "aws:lb/targetGroup:TargetGroup";
const frontend = "edge-frontend-targets";

export default {
  name: "traffic-rules",
  severity: "critical",
  from: "starter",
  demands:
    "The load balancer sends each path where policies/declared says, in that order, and everything else to the frontend.",
  reason:
    "A rule before the right one, or to the wrong pods, is an outage that every health check likes.",
  needs: "stack",
  types: ["aws:lb/listener:Listener"],
  judge: (listener, stack) => {
    if (listener.properties.protocol !== "HTTPS") return [];
    const rules = stack
      .pointingAt(listener, "aws:lb/listenerRule:ListenerRule", "listenerArn")
      .sort((a, b) => numberAt(a.properties, "priority") - numberAt(b.properties, "priority"));
    const found = rules.map((rule) =>
      said(rule.name, pathsOf(rule), targetOf(rule, "actions", stack)),
    );
    const declared = declaredRoutes.map(({ name, paths, target }) => said(name, paths, target));
    return [
      ...(targetOf(listener, "defaultActions", stack) === frontend &&
      list(listener.properties, "defaultActions").length === 1
        ? []
        : [`its default action does not lead to ${frontend} alone`]),
      ...(found.join("; ") === declared.join("; ")
        ? []
        : [
            `its rules are: ${found.join("; ")}. They must be: ${declared.join("; ")} (policies/declared/traffic)`,
          ]),
    ];
  },
} satisfies RuleDefinition;

function said(name: string, paths: unknown[], target: string | undefined): string {
  return `${name} ${paths.map(show).join(", ")} to ${target ?? "404"}`;
}

function pathsOf({ properties }: Resource): unknown[] {
  return list(properties, "conditions").flatMap((condition) =>
    list(condition, "pathPattern.values"),
  );
}

/** The group that the one action forwards to; undefined where it answers itself. */
function targetOf(resource: Resource, property: string, stack: Stack): string | undefined {
  const [action] = list(resource.properties, property);
  if (at(action, "type") !== "forward") return undefined;
  return stack.behind(resource, property, targetGroup)[0]?.name;
}
