import { claim, type Claim } from "../lib/claim";

/**
 * A negative control: the same drill with its protection taken off has to fail, or it proves nothing.
 *
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
