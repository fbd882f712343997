import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";

/** How a container of the image starts, as the OCI image specification names it. */
export interface ImageConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
  ExposedPorts?: Record<string, object>;
  Labels?: Record<string, string>;
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

const types = "application/vnd.oci.image";

/** Node's name of this machine's architecture, as Go and OCI call it. */
const architecture = { x64: "amd64" }[process.arch as string] ?? process.arch;

/** Everything that may differ between two archives of the same files is fixed, their owners aside. */
const fixed = ["--sort=name", "--mtime=@0", "--numeric-owner", "--format=gnu"];

/**
 * Writes an image as an OCI archive and returns the digest of its manifest. The same layers and
 * configuration give the same bytes. `file` may not exist; its folder must.
 *
 * @param reference the name under which a node's store has it.
 * @param layers uncompressed archives, the lowest first: importing them costs less than unpacking.
 */
export async function writeArchive(
  reference: string,
  layers: string[],
  config: ImageConfig,
  file: string,
): Promise<string> {
  const folder = await mkdtemp(`${file}.layout-`);
  const blobs = path.join(folder, "blobs/sha256");
  try {
    await mkdir(blobs, { recursive: true });
    const descriptors: Descriptor[] = [];
    for (const layer of layers) descriptors.push(await keepLayer(layer, blobs));
    const rootfs = { type: "layers", diff_ids: descriptors.map(({ digest }) => digest) };
    const image = { architecture, os: "linux", config: ordered(config), rootfs };
    const manifest = {
      schemaVersion: 2,
      mediaType: `${types}.manifest.v1+json`,
      config: await keep(image, `${types}.config.v1+json`, blobs),
      layers: descriptors,
    };
    const { digest, ...rest } = await keep(manifest, manifest.mediaType, blobs);
    const annotations = { "io.containerd.image.name": reference };
    const platform = { architecture, os: "linux" };
    const index = { schemaVersion: 2, manifests: [{ digest, ...rest, annotations, platform }] };
    await writeFile(path.join(folder, "index.json"), JSON.stringify(index));
    await writeFile(path.join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    await archive(folder, file, ["--owner=0", "--group=0", "--mode=u=rwX,go=rX"]);
    return digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Archives a folder's content as a layer; as the same bytes for the same content. */
export async function archive(folder: string, file: string, options: string[] = []): Promise<void> {
  await output("tar", [...fixed, ...options, "-C", folder, "-cf", file, "."]);
}

async function keepLayer(file: string, blobs: string): Promise<Descriptor> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const sum = hash.digest("hex");
  // The same layer twice is one blob.
  await link(file, path.join(blobs, sum)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const { size } = await stat(file);
  return { mediaType: `${types}.layer.v1.tar`, digest: `sha256:${sum}`, size };
}

async function keep(content: object, mediaType: string, blobs: string): Promise<Descriptor> {
  const data = JSON.stringify(content);
  const sum = createHash("sha256").update(data).digest("hex");
  await writeFile(path.join(blobs, sum), data);
  return { mediaType, digest: `sha256:${sum}`, size: Buffer.byteLength(data) };
}

/** With its keys in one order, whoever wrote it. */
function ordered(config: ImageConfig): ImageConfig {
  return Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
}
