import { declaredContainers } from "../../declared/containers";
import { cronJob, deployment, everyContainer, job } from "../../model/kubernetes";
import { show } from "../../model/expectation";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "declared-containers",
  severity: "critical",
  from: "starter",
  demands: "Every pod of ours has the containers that policies/declared says, doing what it says.",
  reason:
    "A backup that is told to do nothing succeeds, and a helper that is gone fails no probe of its pod.",
  needs: "release",
  types: [deployment, job, cronJob],
  judge: (workload) => {
    // Charts of others choose their own.
    if (workload.name.startsWith("monitoring/kube-") || workload.name.startsWith("kube-system/"))
      return [];
    const declared = Object.hasOwn(declaredContainers, workload.name)
      ? declaredContainers[workload.name]!
      : undefined;
    if (!declared) return ["its containers are not declared in policies/declared/containers"];
    const found = everyContainer(workload);
    const names = found.map((container) => String(at(container, "name")));
    return [
      ...Object.entries(declared)
        .filter(([name, { where }]) => where === undefined && !names.includes(name))
        .map(([name]) => `it has no container ${name}`),
      ...found.flatMap((container, index) => {
        const told = [...list(container, "command"), ...list(container, "args")].join(" ");
        const expected = Object.hasOwn(declared, names[index]!)
          ? declared[names[index]!]
          : undefined;
        if (expected === undefined) return [`its container ${names[index]} is not declared`];
        const image = String(at(container, "image"));
        const role = roleOf(container);
        return [
          ...(fits(told, expected.does)
            ? []
            : [
                `its container ${names[index]} is told ${show(told)}; it must be ${show(expected.does)}`,
              ]),
          ...(expected.as === undefined || expected.as === role
            ? []
            : [
                `its container ${names[index]} is ${show(role)} to the database; it must be ${expected.as}`,
              ]),
          ...(new RegExp(`/${expected.image}[:@]`).test(image)
            ? []
            : [`its container ${names[index]} runs ${image}; it must be ${expected.image}`]),
        ];
      }),
    ];
  },
} satisfies RuleDefinition;

/** Secret of the role as which a container speaks to the database. */
function roleOf(container: unknown): unknown {
  const user = list(container, "env").find((variable) => at(variable, "name") === "PGUSER");
  return at(user, "valueFrom.secretKeyRef.name");
}

function fits(told: string, expected: string): boolean {
  if (!expected.endsWith(" …")) return told === expected;
  const start = expected.slice(0, -1);
  return told.startsWith(start) && /^\S+$/.test(told.slice(start.length));
}
