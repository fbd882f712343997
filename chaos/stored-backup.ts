import { createHash } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { judgeManifest, judgeVerification, type Trusted } from "../images/backup/evidence";
import { folderOf, tiers, verificationKey, type Manifest } from "../images/backup/manifest";
import type { Plan } from "../plan/plan";
import { localReleases } from "../plan/releases";
import type { Moto } from "../rehearsal/aws/moto";

/** A backup in the vault, as somebody finds it who has nothing else. */
export interface StoredBackup {
  manifest: Manifest;
  /** Keys of its objects. */
  keys: string[];
  /** Keys of those that were not stored with the vault's key. */
  plain: string[];
  /** What is wrong with its contents; empty when it is whole and known to restore. */
  problems: string[];
}

/**
 * Reads a backup and whatever is wrong with it.
 *
 * @param trusted the stack that it has to be of, and whose signatures count
 * @throws Error when there is none of that name, or its manifest does not count
 */
export async function storedBackup(
  storage: Moto,
  id: string,
  trusted: Trusted,
): Promise<StoredBackup> {
  const { s3, bucket: Bucket, kmsKey } = storage;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const all = Contents.map(({ Key }) => Key!);
  const read = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from(await Body!.transformToByteArray());
  };
  const text = async (key: string) => (await read(key)).toString();
  const written = tiers.map((tier) => `${folderOf({ tier, id })}manifest.json`);
  const found = all.find((key) => written.includes(key));
  if (!found) throw new Error(`the bucket holds no backup ${id} but ${all.join(", ")}`);
  const backup = judgeManifest(await text(found), found, trusted);
  const { manifest } = backup;
  const folder = folderOf(manifest);
  const keys = all.filter((key) => key.startsWith(folder));
  const heads = await Promise.all(
    keys.map((Key) => s3.send(new HeadObjectCommand({ Bucket, Key }))),
  );
  const plain = keys.filter((_, index) => {
    const { ServerSideEncryption, SSEKMSKeyId } = heads[index]!;
    return ServerSideEncryption !== "aws:kms" || SSEKMSKeyId !== kmsKey;
  });
  const problems: string[] = [];
  const need = (holds: boolean | undefined, problem: string) => {
    if (!holds) problems.push(problem);
  };
  need(manifest.facts.rows["minixdr.events"]! > 0, "its manifest counts no events");
  need(manifest.facts.canary !== null, "its manifest has no canary row");
  const dump = await read(manifest.dump.key);
  need(dump.subarray(0, 5).toString() === "PGDMP", "its dump is not one of pg_dump");
  const { key, sha256 } = manifest.dump;
  need(sha256Of(dump) === sha256, `${key} has another SHA-256 than its manifest says`);
  need(manifest.lacking.length === 0, `it lacks ${manifest.lacking.join(", ")}`);
  const mark = verificationKey(manifest);
  const verified =
    keys.includes(mark) && judgeVerification(await text(mark), backup, trusted).holds;
  need(verified, "it is not known to restore");
  return { manifest, keys, plain, problems };
}

/** What counts in a plan's vault: the stack and the keys that its backups' release names. */
export async function trustedOf(storage: Moto, plan: Plan): Promise<Trusted> {
  const release = localReleases(plan).find(({ name }) => name === "database-backup")!;
  const { stackName, vault } = release.values as {
    stackName: string;
    vault: { manifestKeyArn: string; verificationKeyArn: string };
  };
  return {
    stack: stackName,
    manifest: await storage.publicKey(vault.manifestKeyArn),
    verification: await storage.publicKey(vault.verificationKeyArn),
  };
}

function sha256Of(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
