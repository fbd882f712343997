import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { UsageError } from "../../lib/ends";
import type { Progress } from "../../tools";
import { buildOnce } from "../../tools/build-once";
import { cacheFolder } from "../../tools/cache";

/** An image as a file that a node's store imports. */
export interface Image {
  /** The name under which the node has it: the one that the pods ask for. */
  reference: string;
  /** Path of the OCI archive. */
  file: string;
  /** Digest of its manifest. */
  digest: string;
}

/** Makes the image that a reference asks for. */
export type Recipe = (reference: string, progress: Progress) => Promise<Image>;

/** To be raised when the same content is written in another way. */
const form = 2;

/** Archives of one image that are kept: of a few checkouts, each in a few states. */
const kept = 4;

/**
 * Writes an image's archive unless the cache has it.
 *
 * @param key everything that its bytes follow from, beside the reference.
 * @param write writes the archive to a path and returns the digest; `work` is an empty folder for it.
 */
export async function cachedImage(
  reference: string,
  key: unknown,
  progress: Progress,
  write: (file: string, work: string) => Promise<string>,
): Promise<Image> {
  const hash = createHash("sha256")
    .update(JSON.stringify([form, reference, key]))
    .digest("hex");
  const name = nameOf(reference);
  const images = path.join(cacheFolder(), "images");
  const folder = path.join(images, `${name}-${hash.slice(0, 16)}`);
  let built = false;
  const file = await buildOnce(folder, "image.tar", progress, async (into) => {
    const work = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-image-"));
    try {
      const digest = await write(path.join(into, "image.tar"), work);
      await writeFile(path.join(into, "digest"), digest);
      built = true;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  if (built) await prune(images, name);
  return { reference, file, digest: await readFile(path.join(folder, "digest"), "utf8") };
}

/** The last part of a reference's repository: `backup` of `registry/mini-xdr/backup:1.0.0`. */
export function nameOf(reference: string): string {
  const name = /([\w.-]+):[\w.-]+(@sha256:[0-9a-f]{64})?$/.exec(reference)?.[1];
  if (!name) throw new UsageError(`${reference}: an image needs the form REPOSITORY:TAG`);
  return name;
}

async function prune(images: string, name: string): Promise<void> {
  const own = (await readdir(images)).filter(
    (folder) => folder.slice(0, -17) === name && /-[0-9a-f]{16}$/.test(folder),
  );
  const ages = new Map<string, number>();
  for (const folder of own) ages.set(folder, (await stat(path.join(images, folder))).mtimeMs);
  const old = own.sort((a, b) => ages.get(b)! - ages.get(a)!).slice(kept);
  for (const folder of old) await rm(path.join(images, folder), { recursive: true, force: true });
}
