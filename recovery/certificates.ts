import { readFileSync } from "node:fs";
import { UsageError } from "../lib/ends";

/** A resource of the state, as far as it tells when a certificate ends. */
interface Dated {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const types = [
  "tls:index/selfSignedCert:SelfSignedCert",
  "tls:index/locallySignedCert:LocallySignedCert",
];

/**
 * URNs of the state's certificates that are within `earlyRenewalHours` of their end, or past it.
 *
 * The provider itself plans their replacement (hashicorp/terraform-provider-tls,
 * internal/provider/common_cert.go: modifyPlanIfCertificateReadyForRenewal), but under Pulumi an
 * `up` was seen to leave them until they had expired (pulumi/pulumi-tls#39, open). So they are named
 * to the engine, which replaces them with all that was made from them.
 *
 * @param now ms since the epoch
 */
export function dueCertificates(resources: Dated[], now: number): string[] {
  return resources
    .filter(({ type }) => types.includes(type))
    .filter(({ inputs, outputs }) => {
      const end = Date.parse(String(outputs?.validityEndTime));
      const early = Number(inputs?.earlyRenewalHours ?? 0) * 3_600_000;
      return end - early <= now;
    })
    .map(({ urn }) => urn);
}

/**
 * URNs of the certificates that a saved plan makes anew. Days may lie between a plan and its `up`, and
 * what has become due since is none of the plan's.
 *
 * @throws UsageError when the file is no plan of `pulumi preview --save-plan`.
 */
export function plannedCertificates(file: string): string[] {
  return Object.entries(stepsIn(file))
    .filter(([, { steps = [] }]) => steps.includes("replace"))
    .map(([urn]) => urn)
    .filter((urn) => types.includes(urn.split("::")[2]!.split("$").at(-1)!));
}

function stepsIn(file: string): Record<string, { steps?: string[] }> {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as SavedPlan).resourcePlans ?? {};
  } catch (error) {
    throw new UsageError(`--plan: ${file}: no saved plan: ${(error as Error).message}`);
  }
}

/** As the engine writes it (pulumi/pulumi, sdk/go/common/apitype/plan.go). */
interface SavedPlan {
  resourcePlans?: Record<string, { steps?: string[] }>;
}
