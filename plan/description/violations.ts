import type { Violation } from "../../policies/pack/judge";
import { isMandatory } from "../plan";

/** Violations as the engine prints them: by resource, the mandatory ones marked. */
export function describeViolations(violations: Violation[]): string {
  if (violations.length === 0) return "policies: every rule holds";
  const mandatory = violations.filter(isMandatory).length;
  return [
    `policies: ${mandatory} mandatory and ${violations.length - mandatory} advisory violations`,
    ...violations.map(
      ({ policy, enforcementLevel, urn, message }) =>
        `  ${enforcementLevel === "mandatory" ? "✗" : "!"} ${policy} [${enforcementLevel}] ${urn.split("::").pop()}\n      ${message}`,
    ),
  ].join("\n");
}
