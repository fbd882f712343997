import { availabilityLedger } from "../../budgets/ledger";
import type { RuleDefinition } from "../../model/rule";

/** A degraded mode for when the writer is away, and answers for when the database is. */
const needed = 2;

export default {
  name: "availability-ledger",
  severity: "high",
  from: "starter",
  demands:
    "Where AWS's own commitments, multiplied, are below the tier, a read-only pool on replicas and a Multi-AZ cache bridge the gap.",
  reason: "A promise that its own parts do not make is kept by luck.",
  needs: "stack",
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  judge: (_, stack, settings) => {
    const { percent, minutes, allowed, bridges } = availabilityLedger(stack, settings);
    if (minutes <= allowed || bridges.length >= needed) return [];
    return [
      `AWS commits to ${percent.toFixed(3)} %, which leaves ${minutes.toFixed(1)} min a month open where ${settings.tier} allows ${allowed.toFixed(1)}; ` +
        `it must be bridged by a read-only pool on replicas and a Multi-AZ cache, not only by ${bridges.join(", ") || "nothing"}`,
    ];
  },
} satisfies RuleDefinition;
