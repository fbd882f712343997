import { writers } from "../../budgets/failover";
import { cronJob, podSpec } from "../../model/kubernetes";
import { at, list, numberAt } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** A dump and its restored copy, of the database's whole disk. */
const share = 1.5;
const path = "ephemeral.volumeClaimTemplate.spec.resources.requests.storage";

export default {
  name: "work-volume",
  severity: "critical",
  from: "starter",
  demands: `A restore's and a verification's volume holds ${share} times the database's disk.`,
  reason: "A backup that fits on no volume is found out by the restore that needs it.",
  needs: "stack",
  types: [cronJob],
  judge: (found, stack) => {
    const disk = Math.max(
      0,
      ...writers(stack).map((writer) => numberAt(writer.properties, "allocatedStorage") || 0),
    );
    return list(podSpec(found), "volumes")
      .map((volume) => at(volume, path))
      .filter((size) => size !== undefined)
      .map((size) => Number(/^(\d+)Gi$/.exec(String(size))?.[1]))
      .filter((gib) => !(gib >= share * disk))
      .map((gib) => `its volume has ${gib} GiB; it must be ${Math.ceil(share * disk)} or more`);
  },
} satisfies RuleDefinition;
