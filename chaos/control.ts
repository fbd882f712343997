import { claim, type Claim } from "../lib/claim";
import type { Say } from "../rehearsal/drill";
import { outcomes } from "./claims";
import { measure, type Experiment, type Result } from "./measure";
import type { Variant } from "./variant";
import type { Bed } from "./bed";

/** What the same drill finds with a protection off. */
export interface Finding {
  /** Whether it fails, as it has to. */
  failed: boolean;
  /** What it found, to be told. */
  found: string;
  injection?: string;
}

/** A negative control on backends that lack a protection. Drills of one fault share one: it is run once. */
export interface Control {
  variant: Variant;
  run(bed: Bed, say: Say): Promise<Finding>;
}

/**
 * The claim of a negative control: the same drill with its protection taken off has to fail, or it
 * proves nothing.
 *
 * @param without the protection that is taken off, as the claim's beginning
 */
export function control(drill: string, without: string, finding: Finding): Claim {
  const { failed, found, injection } = finding;
  return claim({
    id: `${drill}.control`,
    claim: `Control: ${without}, the same drill fails; it found ${found}`,
    value: failed ? 0 : 1,
    unit: "controls without a finding",
    limit: 0,
    injection,
  });
}

/**
 * What a measured control found. What failed before the fault would be the work of the change itself,
 * such as a restart: then it proves nothing either.
 *
 * @param failed by default whether any request failed
 */
export function findingOf(result: Result, failed = result.failed > 0): Finding {
  const { failedBefore, requests, injection } = result;
  return {
    failed: failed && failedBefore === 0,
    found: `${failedBefore} failed before and ${result.failed - failedBefore} after the fault, of ${requests}${outcomes(result)}`,
    injection,
  };
}

/** Requests of each mode of a repeated experiment. */
const repeated = 300;

/** The control of a drill that is one experiment: a shorter one, on backends of a variant. */
export function repeatedWith(variant: Variant, experiment: (bed: Bed) => Experiment): Control {
  return {
    variant,
    async run(bed) {
      const result = await measure(bed, { ...experiment(bed), requests: repeated });
      await bed.edge.healthy(3);
      return findingOf(result);
    },
  };
}
