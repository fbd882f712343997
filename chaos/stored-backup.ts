import { createHash } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { folderOf, tiers, type Manifest, type Verification } from "../images/backup/manifest";
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
 * @throws Error when there is none of that name, or it is incomplete.
 */
export async function storedBackup(
  storage: Moto,
  id: string,
  stack: string,
): Promise<StoredBackup> {
  const { s3, bucket: Bucket, kmsKey } = storage;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const all = Contents.map(({ Key }) => Key!);
  const read = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from(await Body!.transformToByteArray());
  };
  const json = async <T>(key: string) => JSON.parse((await read(key)).toString()) as T;
  const written = tiers.map((tier) => `${folderOf({ tier, id })}manifest.json`);
  const found = all.find((key) => written.includes(key));
  if (!found) throw new Error(`the bucket holds no backup ${id} but ${all.join(", ")}`);
  const manifest = await json<Manifest>(found);
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
  need(manifest.stack === stack, `it is of the stack ${manifest.stack}`);
  need(manifest.facts.rows["minixdr.events"]! > 0, "its manifest counts no events");
  need(manifest.facts.canary !== null, "its manifest has no canary row");
  const dump = await read(manifest.dump.key);
  need(dump.subarray(0, 5).toString() === "PGDMP", "its dump is not one of pg_dump");
  for (const { key, sha256 } of [manifest.dump, manifest.roles])
    need(sha256Of(await read(key)) === sha256, `${key} has another SHA-256 than its manifest says`);
  const mark = `${folder}verified.json`;
  const verified = keys.includes(mark) && (await json<Verification>(mark)).holds;
  need(verified, "it is not marked as verified");
  return { manifest, keys, plain, problems };
}

function sha256Of(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
