import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";

/** Writes an OCI archive with one static program, which is the entry point. Returns its path. */
export async function programImage(reference: string, program: string, folder: string) {
  const name = path.basename(program);
  const root = path.join(folder, `${name}.root`);
  await mkdir(root, { recursive: true });
  await copyFile(program, path.join(root, name));
  const archive = path.join(folder, `${name}.tar`);
  await writeImage(reference, root, { Entrypoint: [`/${name}`] }, archive);
  await rm(root, { recursive: true });
  return archive;
}

/**
 * Writes an OCI archive of one layer: the files of a folder and the settings of the image. The same
 * files give the same bytes.
 */
export async function writeImage(
  reference: string,
  root: string,
  settings: object,
  archive: string,
): Promise<void> {
  const work = `${archive}.work`;
  const blobs = path.join(work, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  await tar(path.join(work, "layer.tar"), root, ["."]);
  const put = async (mediaType: string, content: Buffer | object) => {
    const data = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const hash = createHash("sha256").update(data).digest("hex");
    await writeFile(path.join(blobs, hash), data);
    return { mediaType, digest: `sha256:${hash}`, size: data.length };
  };
  const type = (part: string) => `application/vnd.oci.image.${part}`;
  const layer = await put(type("layer.v1.tar"), await readFile(path.join(work, "layer.tar")));
  const config = await put(type("config.v1+json"), {
    architecture: "amd64",
    os: "linux",
    config: settings,
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  });
  const mediaType = type("manifest.v1+json");
  const manifest = await put(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] });
  const annotations = { "io.containerd.image.name": reference };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  await writeFile(path.join(work, "index.json"), JSON.stringify(index));
  await writeFile(path.join(work, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await tar(archive, work, ["oci-layout", "index.json", "blobs"]);
  await rm(work, { recursive: true });
}

async function tar(archive: string, folder: string, names: string[]): Promise<void> {
  const fixed = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
  await output("tar", [...fixed, "-C", folder, "-cf", archive, ...names]);
}
