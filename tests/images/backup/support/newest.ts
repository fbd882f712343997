import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { Manifest } from "../../../../images/backup/manifest";
import type { Moto } from "../../../../rehearsal/aws/moto";
import type { Ended } from "./job";

/** The manifest of the backup that a dump has made, whoever has signed it. */
export async function newest(cloud: Moto, { lines }: Ended): Promise<Manifest> {
  const started = lines.find(({ message }) => message === "dumping")!;
  return payloadOf<Manifest>(cloud, `${String(started.tier)}/${String(started.id)}/manifest.json`);
}

/** What an envelope in the vault holds; its signature is not looked at. */
export async function payloadOf<T>(cloud: Moto, Key: string): Promise<T> {
  const { Body } = await cloud.s3.send(new GetObjectCommand({ Bucket: cloud.bucket, Key }));
  const { payload } = JSON.parse(await Body!.transformToString()) as { payload: string };
  return JSON.parse(Buffer.from(payload, "base64").toString()) as T;
}
