import { claim, type Claim } from "../../lib/claim";
import { ownLimit } from "../../policies/budgets/failover";
import type { Steps } from "./sidecar-metrics";
import type { Gap } from "./write-watch";

/** A gap in the writes by what happened in it, seconds; together they are the gap. */
export interface Phases {
  /** AWS's: from the last acknowledged write until an instance says that it is the writer. */
  promotion: number;
  /** Until the sidecar has it confirmed. */
  noticing: number;
  /** Until PgBouncer leads there and lets work through. */
  pointing: number;
  /** Until a write is acknowledged. */
  firstWrite: number;
}

/** Undefined where the sidecar did not take another writer in this gap: then the name ended it. */
export function phasesOf({ from, to }: Gap, steps: Steps): Phases | undefined {
  const { claimed = NaN, confirmed = NaN, pointed = NaN } = steps;
  if (!(from <= claimed && claimed <= confirmed && confirmed <= pointed && confirmed <= to))
    return undefined;
  // The sidecar hears that work goes on a moment after the work.
  const flows = Math.min(pointed, to);
  return {
    promotion: (claimed - from) / 1000,
    noticing: (confirmed - claimed) / 1000,
    pointing: (flows - confirmed) / 1000,
    firstWrite: (to - flows) / 1000,
  };
}

/** The phases as the report has them: AWS's, ours one by one, and ours together against our limit. */
export function phaseClaims({ promotion, noticing, pointing, firstWrite }: Phases): Claim[] {
  const seconds = (id: string, text: string, value: number, limit?: number) =>
    claim({ id: `failover.phase.${id}`, claim: text, value, unit: "s", limit });
  return [
    seconds(
      "promotion",
      "AWS's detection and promotion, until an instance takes writes",
      promotion,
    ),
    seconds("noticing", "until the sidecar had that confirmed", noticing),
    seconds("pointing", "until PgBouncer led there and let work through", pointing),
    seconds("first-write", "until a write was acknowledged", firstWrite),
    seconds(
      "ours",
      "what came after the promotion, together",
      noticing + pointing + firstWrite,
      ownLimit,
    ),
  ];
}
