import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { Manifest } from "../../../../images/backup/manifest";
import type { Moto } from "../../../../rehearsal/aws/moto";
import type { Ended } from "./job";

/** The manifest of the backup that a dump has made. */
export async function newest(cloud: Moto, { lines }: Ended): Promise<Manifest> {
  const started = lines.find(({ message }) => message === "dumping")!;
  const { Body } = await cloud.s3.send(
    new GetObjectCommand({
      Bucket: cloud.bucket,
      Key: `${started.tier}/${started.id}/manifest.json`,
    }),
  );
  return JSON.parse(await Body!.transformToString()) as Manifest;
}
