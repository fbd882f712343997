import { isFamilyDefault } from "../../declared/family-defaults";
import { parameterGroups } from "../../model/database";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "database-parameters",
  severity: "medium",
  from: "starter",
  demands: "A parameter group states nothing that its family sets by itself.",
  reason:
    "AWS goes on calling it its own, so every preview plans it again, and nobody sees the change that matters.",
  needs: "resource",
  types: parameterGroups,
  judge: ({ properties }) =>
    list(properties, "parameters")
      .filter((entry) =>
        isFamilyDefault(properties.family, String(at(entry, "name")), at(entry, "value")),
      )
      .map((entry) => `${String(at(entry, "name"))} is what its family has by itself; remove it`),
} satisfies RuleDefinition;
