import { configMap } from "../../model/kubernetes";
import { ownRegion } from "../../model/region";
import type { Properties } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "edge-figures",
  severity: "high",
  from: "starter",
  demands: "The exporter of the edge's figures asks in the stack's own Region.",
  reason: "Elsewhere there are none, and an objective without figures is never missed.",
  needs: "stack",
  types: [configMap],
  judge: ({ properties }, stack) => {
    const text = (properties.data as Properties | undefined)?.["config.yaml"];
    if (typeof text !== "string") return [];
    const asked = [...text.matchAll(/^\s*regions: \[(.*)\]$/gm)].map(([, regions]) => regions);
    return asked.length > 0 && asked.every((regions) => regions === ownRegion(stack))
      ? []
      : [`config.yaml asks in ${asked.join(", ") || "no Region"}; it must be ${ownRegion(stack)}`];
  },
} satisfies RuleDefinition;
