import { nodeZones } from "../../budgets/ledger";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "node-pool",
  severity: "critical",
  from: "starter",
  demands:
    "Nodes may start in three zones, on demand only, up to a limit, and are replaced a few at a time.",
  reason:
    "Spot nodes leave with two minutes' notice, many at once; an unlimited consolidation drains as many; pods without end cost without end.",
  needs: "resource",
  types: ["kubernetes:karpenter.sh/v1:NodePool"],
  judge: (pool) => {
    const { properties } = pool;
    const zones = new Set(nodeZones(pool).filter((zone) => typeof zone === "string"));
    const requirements = list(properties, "spec.template.spec.requirements");
    const capacity = requirements.find(
      (entry) =>
        at(entry, "key") === "karpenter.sh/capacity-type" && at(entry, "operator") === "In",
    );
    const keys = requirements.map((entry) => at(entry, "key"));
    // A node has to satisfy every requirement: a second one of the same key takes from the first.
    const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
    const onDemand = JSON.stringify(list(capacity, "values")) === '["on-demand"]';
    const limits = list(properties, "spec.disruption.budgets").map((budget) => at(budget, "nodes"));
    const limited = limits.some((nodes) =>
      /^([1-3]|[1-9]%|10%)$/.test(typeof nodes === "symbol" ? "" : String(nodes)),
    );
    const categories = list(
      requirements.find((entry) => at(entry, "key") === "eks.amazonaws.com/instance-category"),
      "values",
    );
    return [
      ...["cpu", "memory"]
        .filter((kind) => at(properties, `spec.limits.${kind}`) === undefined)
        .map((kind) => `spec.limits.${kind} is absent; it must be set`),
      ...(new Set(categories).size >= 2
        ? []
        : [
            "it names one category of instances; where AWS has none of it a lost zone is not replaced",
          ]),
      ...twice.map((key) => `it has two requirements of ${String(key)}; it must have one`),
      ...(zones.size >= 3 ? [] : [`it names ${zones.size} zones; it must be 3 or more`]),
      ...(onDemand ? [] : ["karpenter.sh/capacity-type is not only on-demand"]),
      ...(limited
        ? []
        : ["spec.disruption.budgets sets no limit from 1 to 3 nodes or a tenth of them"]),
    ];
  },
} satisfies RuleDefinition;
