/** One statement about the stack that a drill proved or refuted; the design has the format. */
export interface Claim {
  /** `drill.what`, stable. */
  id: string;
  /** One sentence. */
  claim: string;
  /**
   * `measured`: seen on real parts; `simulated`: depends on what kwok plays; `quoted`: a vendor's
   * figure; `skipped`: could not be had here, and `claim` says why.
   */
  kind: "measured" | "simulated" | "quoted" | "skipped";
  /** To three decimals. */
  value: number | null;
  unit: string | null;
  /** Largest value with which the claim holds; null where the value is only reported. */
  limit: number | null;
  holds: boolean;
  repetitions: number;
  /** How it was proved that the fault happened, where there is one. */
  injection: string | null;
  /** Where a quoted figure comes from. */
  source: string | null;
}

/** What a drill states of a claim; the rest follows. */
export interface Measurement {
  id: string;
  claim: string;
  value: number;
  unit: string;
  /** Without a limit the value is only reported. */
  limit?: number;
  kind?: "measured" | "simulated";
  repetitions?: number;
  injection?: string | null;
}

/** A vendor's figure, and where it comes from. */
export type Quotation = Pick<Measurement, "id" | "claim" | "value" | "unit" | "limit"> & {
  source: string;
};

/** A claim that holds when its value, rounded, is at most the limit. */
export function claim(measurement: Measurement): Claim {
  const { limit = null, kind = "measured", repetitions = 1, injection = null } = measurement;
  const value = Math.round(measurement.value * 1000) / 1000;
  return {
    id: measurement.id,
    claim: measurement.claim,
    kind,
    value,
    unit: measurement.unit,
    limit,
    holds: limit === null || value <= limit,
    repetitions,
    injection,
    source: null,
  };
}

/** The same for a figure that a vendor states and nobody measured here. */
export function quoted({ source, ...measurement }: Quotation): Claim {
  return { ...claim(measurement), kind: "quoted", source };
}

/** A claim that could not be tried here. */
export function skipped(id: string, why: string): Claim {
  return {
    id,
    claim: why,
    kind: "skipped",
    value: null,
    unit: null,
    limit: null,
    holds: false,
    repetitions: 0,
    injection: null,
    source: null,
  };
}
