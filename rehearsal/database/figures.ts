import type { Claim } from "../../lib/claim";

/** What a drill states of a figure; the rest has a usual value. */
export type Figure = Pick<Claim, "id" | "claim" | "value" | "unit"> &
  Partial<Pick<Claim, "kind" | "limit" | "repetitions" | "injection" | "source">>;

/** Collects what the drills measure, as claims of the report. A figure without a limit is only told. */
export class Figures {
  readonly claims: Claim[] = [];

  add(figure: Figure): void {
    const { value, limit = null } = figure;
    const rounded = value === null ? null : Math.round(value * 1000) / 1000;
    const holds = limit === null || (rounded !== null && rounded <= limit);
    const usual = { kind: "measured" as const, repetitions: 1, injection: null, source: null };
    this.claims.push({ ...usual, ...figure, value: rounded, limit, holds });
  }

  /** The value of a claim; undefined where its drill did not run. */
  value(id: string): number | undefined {
    return this.claims.find((claim) => claim.id === id)?.value ?? undefined;
  }
}

/** The value below which a share of the samples lies, by nearest rank. */
export function percentile(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
