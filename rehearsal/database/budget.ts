import { claim, quoted, type Claim } from "../../lib/claim";
import { ownLimit, quoted as quotedByAws } from "../../policies/budgets/failover";
import type { Shipped } from "./shipped";

/**
 * Puts AWS's quoted part of a failover and our measured part side by side, and then adds them up.
 * Without a failover drill among the claims there is nothing to add up.
 */
export function budgetOf(claims: Claim[], { topology }: Shipped): Claim[] {
  const measured = ["crash", "switchover", "partition"]
    .map((fault) => claims.find(({ id }) => id === `failover.${fault}.added-recovery.p95`)?.value)
    .filter((value) => typeof value === "number");
  if (measured.length === 0) return [];
  const { seconds, source } = quotedByAws[topology];
  const worst = Math.max(...measured);
  return [
    quoted({
      id: "budget.quoted-promotion",
      claim: "promotion, as AWS quotes it; not measured here",
      value: seconds,
      unit: "s",
      source,
    }),
    claim({
      id: "budget.added",
      claim: "what the stack adds: the worst p95 of the faults measured",
      value: worst,
      unit: "s",
      limit: ownLimit,
    }),
    quoted({
      id: "budget.total",
      claim: "AWS's quoted promotion plus our measured part, against the stack's target",
      value: seconds + worst,
      unit: "s",
      limit: seconds + ownLimit,
      source: `${source}; plus budget.added`,
    }),
  ];
}
