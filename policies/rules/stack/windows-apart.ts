import type { RuleDefinition } from "../../model/rule";

const cache = "aws:elasticache/replicationGroup:ReplicationGroup";
const servers = ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"];
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export default {
  name: "windows-apart",
  severity: "high",
  from: "starter",
  demands: "AWS maintains cache and database at different times.",
  reason: "The one answers while the other is away; both away at once is an outage.",
  needs: "stack",
  types: [cache],
  judge: ({ properties }, stack) => {
    const own = windowOf(properties.maintenanceWindow);
    return stack.ofType(...servers).flatMap((server) => {
      const text =
        server.properties.preferredMaintenanceWindow ?? server.properties.maintenanceWindow;
      const other = windowOf(text);
      return own[0] < other[1] && other[0] < own[1]
        ? [`maintenanceWindow overlaps that of ${server.name}, ${String(text)}`]
        : [];
    });
  },
} satisfies RuleDefinition;

/** Start and end, minutes of the week; NaN where it cannot be read, which overlaps nothing. */
function windowOf(window: unknown): [number, number] {
  const [start, end] = (typeof window === "string" ? window : "").split("-").map((time) => {
    const [, day, hours, minutes] = /^(\w{3}):(\d\d):(\d\d)$/.exec(time) ?? [];
    return (days.indexOf(day ?? "") * 24 + Number(hours)) * 60 + Number(minutes);
  });
  return [start ?? NaN, end ?? NaN];
}
