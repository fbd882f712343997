import { claim, quoted, type Claim } from "../../lib/claim";
import { ownLimit, quoted as quotedByAws } from "../../policies/budgets/failover";
import type { Shipped } from "./shipped";

/**
 * Puts AWS's quoted part of a failover and our measured part side by side, by the name and with the
 * topology followed, and then adds up the way that is planned. Without a failover drill among the
 * claims there is nothing to add up.
 */
export function budgetOf(claims: Claim[], { topology, follows }: Shipped): Claim[] {
  const worst = (measure: string) =>
    Math.max(
      ...["crash", "switchover", "partition"]
        .map((fault) => claims.find(({ id }) => id === `failover.${fault}.${measure}`)?.value)
        .filter((value) => typeof value === "number"),
    );
  const added = { name: worst("added-recovery.p95"), followed: worst("followed.p95") };
  if (added.name === -Infinity) return [];
  const { seconds, source } = quotedByAws[topology];
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
      claim: "what comes after it by the name: the worst p95 of the faults measured",
      value: added.name,
      unit: "s",
      limit: ownLimit,
    }),
    claim({
      id: "budget.added-followed",
      claim: "the same where the topology is followed: no name is waited for",
      value: added.followed,
      unit: "s",
      limit: ownLimit,
    }),
    quoted({
      id: "budget.total",
      claim: "AWS's quoted promotion plus our measured part as planned, against the stack's target",
      value: seconds + (follows ? added.followed : added.name),
      unit: "s",
      limit: seconds + ownLimit,
      source: `${source}; plus ${follows ? "budget.added-followed" : "budget.added"}`,
    }),
  ];
}
