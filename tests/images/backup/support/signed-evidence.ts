import { generateKeyPairSync, sign } from "node:crypto";
import { preAuthenticationEncoding, seal } from "../../../../images/backup/dsse";
import type { Trusted } from "../../../../images/backup/evidence";
import { payloadTypes } from "../../../../images/backup/manifest";

const pairs = {
  manifest: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  verification: generateKeyPairSync("ec", { namedCurve: "P-256" }),
};

/** A stack's word, by the public halves of keys that this process has made. */
export const trusted: Trusted = {
  stack: "mini-xdr-prod",
  manifest: pairs.manifest.publicKey,
  verification: pairs.verification.publicKey,
};

/** Evidence that {@link trusted} holds for its own: an envelope by the key of its kind. */
export function signed(kind: keyof typeof pairs, payload: string, as = payloadTypes[kind]): string {
  const body = Buffer.from(payload);
  const sig = sign("sha256", preAuthenticationEncoding(as, body), pairs[kind].privateKey);
  return seal(as, body, { keyid: "arn:aws:kms:eu-central-1:1:key/one", sig });
}
