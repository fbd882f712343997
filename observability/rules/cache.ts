import type { RuleGroup } from "../rule";

const rate = (counter: string) => `sum(rate(${counter}{namespace="mini-xdr"}[5m]))`;

/** The cache in front of the database. */
export const cache: RuleGroup = {
  name: "cache",
  rules: [
    {
      alert: "LowCacheHitRate",
      // A cache that is gone has neither hits nor misses, only failures, where a backend counts them: work it did not do.
      // Below one in two seconds its entries grow old between two reads: a quiet night is no fault.
      expr: `${rate("cache_hits_total")} / (${rate("cache_hits_total")} + ${rate("cache_misses_total")} + (${rate("cache_errors_total")} or vector(0)) > 0.5) < 0.8`,
      for: "10m",
      severity: "warning",
      summary: "The cache answers less than 80 % of the reads.",
      description:
        "It answered {{ $value | humanizePercentage }}; misses and failures of the cache are the rest.",
      runbook: "alerts.md#lowcachehitrate",
    },
  ],
};
