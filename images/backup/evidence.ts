import { createHash, type KeyObject } from "node:crypto";
import { S3ServiceException } from "@aws-sdk/client-s3";
import { unseal } from "./dsse";
import { NotSigned, Untrusted } from "./errors";
import { manifestSchema, parsePayload, verificationSchema } from "./evidence-schema";
import type { Log } from "./log";
import {
  folderOf,
  manifestKey,
  payloadTypes,
  tiers,
  timeOf,
  verificationKey,
  type Backup,
  type Refusal,
  type Verification,
} from "./manifest";
import { publicKeyOf, type SigningKey } from "./signing";
import { AlreadyStored, inParallel, type Listed, type Vault } from "./vault";

/** The stack whose backups count, and the KMS keys that sign for it. */
export interface Source {
  stack: string;
  /** ARN. Dump signs by it. */
  manifestKey: string;
  /** ARN. Verify signs by it. */
  verificationKey: string;
}

/** The same, with the public keys at hand. */
export interface Trusted {
  stack: string;
  manifest: KeyObject;
  verification: KeyObject;
}

/** What is in the vault, as far as signed evidence goes. */
export interface Inventory {
  /** Oldest first. */
  backups: Backup[];
  /** Evidence that does not count; the others do all the same. */
  refused: Refusal[];
  /** Everything below the tiers' prefixes. */
  objects: Listed[];
}

/** A clock may be this far ahead, ms. */
const clockSkew = 5 * 60_000;
/** Bytes; more is not read: a manifest of 100,000 tables has 10 MB, and the exporter little memory. */
export const largestEvidence = 32 * 1024 ** 2;

/**
 * The vault's backups by signed evidence. Whoever may write to the vault can put anything there;
 * only what the stack's keys have signed counts. What was read once is not read again while it
 * stays the same.
 */
export class Evidence {
  private trusted?: Promise<Trusted>;
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly vault: Vault,
    private readonly source: Source,
  ) {}

  /** Needs s3:ListBucket, s3:GetObject of the evidence, and kms:GetPublicKey. */
  async read(): Promise<Inventory> {
    const trusted = await (this.trusted ??= this.fetchKeys().catch((error: unknown) => {
      this.trusted = undefined;
      throw error;
    }));
    const objects = (await Promise.all(tiers.map((tier) => this.vault.objects(`${tier}/`)))).flat();
    const backups: Backup[] = [];
    const refused: Refusal[] = [];
    const byKey = new Map(objects.map((object) => [object.key, object]));
    const attempt = async <T>(object: Listed, judge: (text: string) => T) => {
      try {
        return judge(await this.textOf(object));
      } catch (error) {
        refused.push({ key: object.key, ...doubtOf(error) });
        return undefined;
      }
    };
    const manifests = objects.filter(({ key }) => key.endsWith("/manifest.json"));
    await inParallel(manifests, async (object) => {
      const backup = await attempt(object, (text) => judgeManifest(text, object.key, trusted));
      if (!backup) return;
      const record = byKey.get(verificationKey(backup.manifest));
      const verification =
        record && (await attempt(record, (text) => judgeVerification(text, backup, trusted)));
      backups.push({ ...backup, ...(verification && { verification }) });
    });
    this.forget(objects);
    return {
      backups: backups.sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1)),
      refused: refused.sort((a, b) => (a.key < b.key ? -1 : 1)),
      objects,
    };
  }

  private async fetchKeys(): Promise<Trusted> {
    const { stack, manifestKey, verificationKey } = this.source;
    const [manifest, verification] = await Promise.all([
      publicKeyOf(manifestKey),
      publicKeyOf(verificationKey),
    ]);
    return { stack, manifest, verification };
  }

  private async textOf({ key, etag, bytes }: Listed): Promise<string> {
    if (bytes > largestEvidence)
      throw new Untrusted(`it has ${bytes} bytes, more than any evidence has`);
    const as = `${key} ${etag}`;
    const text = this.texts.get(as) ?? (await this.vault.text(key));
    this.texts.set(as, text);
    return text;
  }

  /** What is no longer there need not be remembered. */
  private forget(objects: Listed[]): void {
    const there = new Set(objects.map(({ key, etag }) => `${key} ${etag}`));
    for (const as of this.texts.keys()) if (!there.has(as)) this.texts.delete(as);
  }
}

/** Why a piece of evidence does not count. @throws any other error: S3 or KMS out of reach. */
function doubtOf(error: unknown): Omit<Refusal, "key"> {
  if (error instanceof NotSigned) return { kind: "unsigned", reason: error.message };
  if (error instanceof Untrusted) return { kind: "untrusted", reason: error.message };
  if (error instanceof S3ServiceException && error.$fault === "client")
    return { kind: "unreadable", reason: `S3 does not give it: ${error.message}` };
  throw error;
}

/**
 * A manifest that counts: signed by the stack's key, of that stack, stored where it says,
 * about objects of its own folder, and made before now.
 *
 * @throws Untrusted with what is wrong with it.
 */
export function judgeManifest(
  text: string,
  key: string,
  trusted: Trusted,
  now = Date.now(),
): Backup {
  const payload = unseal(text, payloadTypes.manifest, trusted.manifest);
  const manifest = parsePayload(payload, manifestSchema);
  requireStack(manifest.stack, trusted);
  if (manifestKey(manifest) !== key)
    throw new Untrusted(`it says that it is ${manifestKey(manifest)}: it was moved or copied here`);
  if (manifest.dump.key !== `${folderOf(manifest)}database.dump`)
    throw new Untrusted(`its dump is ${manifest.dump.key}, in another backup's folder`);
  const named = timeOf(manifest.id)?.getTime();
  const snapshotAt = Date.parse(manifest.snapshotAt);
  if (named !== Math.floor(snapshotAt / 1000) * 1000)
    throw new Untrusted(`its name is not of its snapshot's time, ${manifest.snapshotAt}`);
  requirePast(manifest.snapshotAt, now);
  return { manifest, manifestSha256: createHash("sha256").update(payload).digest("hex") };
}

/**
 * A verification that counts: signed by the stack's key, and of this very manifest.
 *
 * @throws Untrusted with what is wrong with it.
 */
export function judgeVerification(
  text: string,
  { manifest, manifestSha256 }: Backup,
  trusted: Trusted,
  now = Date.now(),
): Verification {
  const payload = unseal(text, payloadTypes.verification, trusted.verification);
  const verification = parsePayload(payload, verificationSchema);
  requireStack(verification.stack, trusted);
  if (verification.id !== manifest.id || verification.manifestSha256 !== manifestSha256)
    throw new Untrusted(`it is of another manifest, of ${verification.id}`);
  requirePast(verification.at, now);
  if (Date.parse(verification.at) < Date.parse(manifest.snapshotAt))
    throw new Untrusted(`it is older than the backup that it is of: ${verification.at}`);
  return verification;
}

/**
 * Writes how a verification ended, signed. Needs s3:PutObject of `verified.json`, and kms:Sign.
 *
 * @returns whether it was written: the first outcome stays, as nobody may write over evidence.
 */
export async function recordVerification(
  vault: Vault,
  key: SigningKey,
  { manifest, manifestSha256 }: Backup,
  outcome: Pick<Verification, "holds" | "dataDifferences" | "settingsDifferences" | "seconds">,
): Promise<boolean> {
  const { id, stack } = manifest;
  const at = new Date().toISOString();
  const verification: Verification = { version: 2, id, stack, manifestSha256, at, ...outcome };
  const text = await key.seal(payloadTypes.verification, JSON.stringify(verification));
  try {
    await vault.put(verificationKey(manifest), text);
    return true;
  } catch (error) {
    if (error instanceof AlreadyStored) return false;
    throw error;
  }
}

function requireStack(stack: string, trusted: Trusted): void {
  if (stack !== trusted.stack)
    throw new Untrusted(`it is of the stack ${stack}, not of ${trusted.stack}`);
}

function requirePast(time: string, now: number): void {
  if (Date.parse(time) > now + clockSkew) throw new Untrusted(`it is of the future: ${time}`);
}
