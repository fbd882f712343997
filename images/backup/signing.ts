import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { preAuthenticationEncoding, seal } from "./dsse";
import { UsageError } from "./errors";

/** A signing key that never leaves KMS: an asymmetric one of the kind ECC_NIST_P256. */
export class SigningKey {
  private readonly kms: KMSClient;

  constructor(readonly arn: string) {
    this.kms = clientFor(arn);
  }

  /**
   * A signed envelope with a payload. Needs kms:Sign; one request, $0.15 for 10,000 (AWS KMS
   * pricing, asymmetric requests except RSA 2048).
   */
  async seal(payloadType: string, payload: string): Promise<string> {
    const body = Buffer.from(payload);
    // KMS takes messages of up to 4096 bytes; a digest of any (KMS API reference, Sign).
    const digest = createHash("sha256").update(preAuthenticationEncoding(payloadType, body));
    const { Signature } = await this.kms.send(
      new SignCommand({
        KeyId: this.arn,
        Message: digest.digest(),
        MessageType: "DIGEST",
        SigningAlgorithm: "ECDSA_SHA_256",
      }),
    );
    return seal(payloadType, body, { keyid: this.arn, sig: Buffer.from(Signature!) });
  }
}

/**
 * The public half of a signing key. Needs kms:GetPublicKey; signatures are then checked on this
 * machine, so one request is enough for a run.
 *
 * @throws UsageError when it is no key that signs as `SigningKey` does.
 */
export async function publicKeyOf(arn: string): Promise<KeyObject> {
  const { PublicKey, KeyUsage } = await clientFor(arn).send(
    new GetPublicKeyCommand({ KeyId: arn }),
  );
  const key = createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
  if (KeyUsage !== "SIGN_VERIFY" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new UsageError(
      `key ${arn}: it is for ${KeyUsage} with ${key.asymmetricKeyType} keys; name one of ECC_NIST_P256 that signs`,
    );
  return key;
}

/** A key is asked for where it is: a replica's ARN names the replica's Region. */
function clientFor(arn: string): KMSClient {
  const [scheme, , service, region] = arn.split(":");
  if (scheme !== "arn" || service !== "kms" || !region)
    throw new UsageError(`key ${arn}: no ARN of a KMS key; name it as arn:aws:kms:REGION:…`);
  return new KMSClient({ region, maxAttempts: 5 });
}
