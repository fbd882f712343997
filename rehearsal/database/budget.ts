import type { Figures } from "./figures";
import type { Shipped } from "./shipped";

/** AWS's own words on promotion, in seconds. */
export const promotion = {
  cluster: {
    seconds: 35,
    source: "Amazon RDS User Guide, Multi-AZ DB clusters: failover typically under 35 seconds",
  },
  instance: {
    seconds: 120,
    source: "Amazon RDS User Guide, Multi-AZ DB instances: failover times typically 60-120 seconds",
  },
};
/** What the stack may add to it, in seconds. */
export const addedLimit = 10;

/** Puts AWS's quoted part and our measured part side by side, and then adds them up. */
export function addBudget(figures: Figures, { topology }: Shipped): void {
  const { seconds, source } = promotion[topology];
  const measured = ["crash", "switchover", "partition"]
    .map((fault) => figures.value(`failover.${fault}.added-recovery.p95`))
    .filter((value) => value !== undefined);
  if (measured.length === 0) return;
  const worst = Math.max(...measured);
  figures.add({
    ...{ id: "budget.quoted-promotion", claim: "promotion, as AWS quotes it; not measured here" },
    ...{ kind: "quoted", value: seconds, unit: "s", source },
  });
  figures.add({
    ...{ id: "budget.added", claim: "what the stack adds: the worst p95 of the faults measured" },
    ...{ value: worst, unit: "s", limit: addedLimit },
  });
  figures.add({
    id: "budget.total",
    claim: "AWS's quoted promotion plus our measured part, against the stack's target",
    ...{ kind: "quoted", value: seconds + worst, unit: "s", limit: seconds + addedLimit },
    source: `${source}; plus budget.added`,
  });
}
