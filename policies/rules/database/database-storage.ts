import { databaseCluster } from "../../model/database";
import { show } from "../../model/expectation";
import { numberAt, type Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** What gp3 takes for PostgreSQL: RDS User Guide, "Amazon RDS DB instance storage". */
const gp3 = { leastGib: 400, leastIops: 12_000, mostIops: 64_000 };
/** Fewest IOPS of any other storage: fewer than gp3 has by itself are an outage that waits. */
const fewest = 3000;

export default {
  name: "database-storage",
  severity: "high",
  from: "starter",
  demands:
    "A Multi-AZ DB cluster's storage is gp3, as large and with as many IOPS as RDS takes; another type needs a written reason, an exemption.",
  reason:
    "IOPS of io1 cost more than the servers, and another type later replaces the cluster: the choice is made once.",
  needs: "resource",
  types: [databaseCluster],
  judge: ({ properties }) => {
    const { storageType } = properties;
    return [
      ...(storageType === "gp3"
        ? []
        : [
            `storageType is ${show(storageType)}; it must be "gp3": no later change keeps the cluster`,
          ]),
      ...(storageType === "gp3" ? ofGp3(properties) : ofAnother(properties)),
    ];
  },
} satisfies RuleDefinition;

/** RDS takes half to 50 times as many IOPS as GiB (RDS API Reference, CreateDBCluster). */
function ofGp3(properties: Resource["properties"]): string[] {
  const size = numberAt(properties, "allocatedStorage");
  const [least, most] = [Math.max(gp3.leastIops, size / 2), Math.min(gp3.mostIops, size * 50)];
  return [
    ...(size >= gp3.leastGib
      ? []
      : [
          `allocatedStorage is ${show(properties.allocatedStorage)}; it must be ${gp3.leastGib} or more: RDS takes no IOPS for less`,
        ]),
    ...outside(properties, least, most),
  ];
}

function ofAnother(properties: Resource["properties"]): string[] {
  return outside(properties, fewest, numberAt(properties, "allocatedStorage") * 50);
}

function outside(properties: Resource["properties"], least: number, most: number): string[] {
  const iops = numberAt(properties, "iops");
  if (iops >= least && iops <= most) return [];
  return [`iops is ${show(properties.iops)}; it must be from ${least} to ${most}`];
}
