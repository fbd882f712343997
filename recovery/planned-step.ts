/** A change that the engine plans. */
export interface PlannedStep {
  op: string;
  urn: string;
  /** Paths of properties that differ. */
  detailedDiff?: Record<string, unknown> | null;
}
