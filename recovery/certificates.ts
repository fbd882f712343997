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
