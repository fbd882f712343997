import { claim, type Claim } from "../lib/claim";
import { outcomes } from "./claims";
import type { ChaosDrill } from "./drill";
import { measure, type Experiment, type Result } from "./measure";
import type { Variant } from "./variant";
import type { Bed } from "./bed";

/**
 * A negative control: the same drill with its protection taken off has to fail, or it proves nothing.
 *
 * @param without the protection that is taken off, as the claim's beginning
 * @param found what it found, to be told
 */
export function control(drill: string, without: string, failed: boolean, found: string): Claim {
  return claim({
    id: `${drill}.control`,
    claim: `Control: ${without}, the same drill fails; it found ${found}`,
    value: failed ? 0 : 1,
    unit: "controls without a finding",
    limit: 0,
  });
}

/**
 * A control that was measured. What failed before the fault would be the work of the change itself,
 * such as a restart: then it proves nothing either.
 *
 * @param failed by default whether any request failed
 */
export function measuredControl(
  drill: string,
  without: string,
  result: Result,
  failed = result.failed > 0,
): Claim {
  const { failedBefore, requests, injection } = result;
  const found = `${failedBefore} failed before and ${result.failed - failedBefore} after the fault, of ${requests}${outcomes(result)}`;
  return { ...control(drill, without, failed && failedBefore === 0, found), injection };
}

/** Requests of each mode of a repeated experiment. */
const repeated = 300;

/** The control of a drill that is one experiment: a shorter one, on backends of a variant. */
export function repeatedWith(
  variant: Variant,
  drill: string,
  experiment: (bed: Bed) => Experiment,
): ChaosDrill["control"] {
  return {
    variant,
    async run(bed) {
      const result = await measure(bed, { ...experiment(bed), requests: repeated });
      await bed.edge.healthy(3);
      return measuredControl(drill, variant.text, result);
    },
  };
}
