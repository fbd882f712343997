import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";

/**
 * Writes an OCI archive of one layer with one static program, which is the entry point. Returns its
 * path. The same program gives the same bytes.
 */
export async function programImage(reference: string, program: string, folder: string) {
  const name = path.basename(program);
  const work = path.join(folder, `${name}.image`);
  const blobs = path.join(work, "blobs/sha256");
  const root = path.join(work, "root");
  for (const made of [blobs, root]) await mkdir(made, { recursive: true });
  await copyFile(program, path.join(root, name));
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
    config: { Entrypoint: [`/${name}`] },
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  });
  const mediaType = type("manifest.v1+json");
  const manifest = await put(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] });
  const annotations = { "io.containerd.image.name": reference };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  await writeFile(path.join(work, "index.json"), JSON.stringify(index));
  await writeFile(path.join(work, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  const archive = path.join(folder, `${name}.tar`);
  await tar(archive, work, ["oci-layout", "index.json", "blobs"]);
  await rm(work, { recursive: true });
  return archive;
}

async function tar(archive: string, folder: string, names: string[]): Promise<void> {
  const fixed = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
  await output("tar", [...fixed, "-C", folder, "-cf", archive, ...names]);
}
