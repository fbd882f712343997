import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { LocalServer } from "../../lib/http-server";

/** What evidence of backups is signed with: the two keys of the program. */
export const signers = ["manifests", "verifications"] as const;
export type Signer = (typeof signers)[number];

interface Key {
  arn: string;
  publicKey: KeyObject;
  /** File with the private key. */
  file: string;
}

/** A request to KMS, in the API's own names. */
export interface KmsRequest {
  action: string;
  key: string;
}

/**
 * Stands in for KMS's asymmetric keys of the kind ECC_NIST_P256: Sign of a digest by ECDSA_SHA_256,
 * and GetPublicKey, at whatever Region. moto hashes a digest once more (moto 5.2.5, kms/models.py:
 * "MessageType-parameter DIGEST is not yet implemented"), so its signatures are not KMS's.
 *
 * It leaves out: permissions, but for what `denied` names; aliases, other keys, states and actions,
 * which it answers with UnsupportedOperationException. Signatures are openssl's own.
 */
export class SigningKeys {
  readonly requests: KmsRequest[] = [];
  /** Actions that are answered with AccessDeniedException. */
  readonly denied = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly keys: Record<Signer, Key>,
    private readonly listener: LocalServer,
  ) {}

  /** @param arns by default such as a plan has them */
  static async start(arns: Record<Signer, string> = exampleArns): Promise<SigningKeys> {
    const folder = await mkdtemp(join(tmpdir(), "mx-keys-"));
    const keys: Partial<Record<Signer, Key>> = {};
    for (const signer of signers) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const file = join(folder, `${signer}.pem`);
      await writeFile(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
      keys[signer] = { arn: arns[signer], publicKey, file };
    }
    const listener = await LocalServer.start((request, response, body) =>
      standIn.respond(String(request.headers["x-amz-target"]), body, response),
    );
    const standIn = new SigningKeys(folder, keys as Record<Signer, Key>, listener);
    return standIn;
  }

  /** What makes a job turn to the stand-in. */
  get environment(): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL_KMS: this.listener.url,
      MANIFEST_KEY: this.keys.manifests.arn,
      VERIFICATION_KEY: this.keys.verifications.arn,
    };
  }

  arn(signer: Signer): string {
    return this.keys[signer].arn;
  }

  publicKey(signer: Signer): KeyObject {
    return this.keys[signer].publicKey;
  }

  /** What KMS would sign: for tests that have a key's rights without being its job. */
  sign(signer: Signer, digest: Buffer): Buffer {
    return signed(this.keys[signer], digest);
  }

  async stop(): Promise<void> {
    await this.listener.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private respond(target: string, body: string, response: ServerResponse): void {
    const action = target.replace("TrentService.", "");
    const { KeyId, Message, MessageType, SigningAlgorithm } = JSON.parse(body) as Request;
    this.requests.push({ action, key: KeyId });
    const answer = (status: number, value: object) => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(value));
    };
    const fail = (type: string, message: string) => answer(400, { __type: type, message });
    if (this.denied.has(action))
      return fail("AccessDeniedException", `User is not authorized to perform: kms:${action}`);
    const key = Object.values(this.keys).find(({ arn }) => arn === KeyId);
    if (!key) return fail("NotFoundException", `Key '${KeyId}' does not exist`);
    if (action === "GetPublicKey")
      return answer(200, {
        KeyId,
        KeyUsage: "SIGN_VERIFY",
        KeySpec: "ECC_NIST_P256",
        SigningAlgorithms: ["ECDSA_SHA_256"],
        PublicKey: key.publicKey.export({ format: "der", type: "spki" }).toString("base64"),
      });
    const digest = Buffer.from(Message ?? "", "base64");
    if (action !== "Sign" || MessageType !== "DIGEST" || SigningAlgorithm !== "ECDSA_SHA_256")
      return fail("UnsupportedOperationException", `${action}: not in this stand-in`);
    if (digest.length !== 32)
      return fail("ValidationException", `Digest is invalid length for algorithm ECDSA_SHA_256.`);
    answer(200, { KeyId, SigningAlgorithm, Signature: signed(key, digest).toString("base64") });
  }
}

interface Request {
  KeyId: string;
  Message?: string;
  MessageType?: string;
  SigningAlgorithm?: string;
}

const exampleArns: Record<Signer, string> = {
  manifests: "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-0000000d0001",
  verifications: "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-0000000d0002",
};

/** node:crypto hashes whatever it signs; openssl's `pkeyutl` does not. */
function signed({ file }: Key, digest: Buffer): Buffer {
  return execFileSync(
    "openssl",
    ["pkeyutl", "-sign", "-inkey", file, "-pkeyopt", "digest:sha256"],
    {
      input: digest,
    },
  );
}
