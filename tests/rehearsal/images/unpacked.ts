import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { output } from "../../../lib/processes";
import type { Image } from "../../../rehearsal/images";
import type { ImageConfig } from "../../../rehearsal/images/oci";

/** An image's file system, in a folder that the next one takes over, and how it starts. */
export async function unpacked({ file, digest }: Image, folder: string) {
  const layout = path.join(folder, "layout");
  const files = path.join(folder, "files");
  for (const one of [layout, files]) {
    await rm(one, { recursive: true, force: true });
    await mkdir(one);
  }
  await output("tar", ["-xf", file, "-C", layout]);
  const blob = (one: string) => path.join(layout, "blobs", one.replace(":", "/"));
  const read = async <T>(one: string) => JSON.parse(await readFile(blob(one), "utf8")) as T;
  const manifest = await read<{ config: { digest: string }; layers: { digest: string }[] }>(digest);
  for (const layer of manifest.layers)
    await output("tar", ["-xpf", blob(layer.digest), "--keep-directory-symlink", "-C", files]);
  const { config } = await read<{ config: ImageConfig }>(manifest.config.digest);
  return { files, config };
}
