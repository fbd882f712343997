import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";
import type { Progress } from "../../tools";
import type { Base } from "./base";
import { cachedImage, type Image } from "./images";
import { archive, writeArchive, type ImageConfig } from "./oci";

/** What an image of programs holds, by paths in the image. */
export interface Contents {
  /** What it lies on; by default nothing. */
  base?: Base;
  /** Paths of the files on this machine; each keeps its mode. */
  files: Record<string, string>;
  /** Files by their text. */
  texts?: Record<string, string>;
  links?: Record<string, string>;
  config: ImageConfig;
}

/** An image of programs that are on this machine. All in it belongs to root. */
export async function programImage(
  reference: string,
  { base, files, texts = {}, links = {}, config }: Contents,
  progress: Progress,
): Promise<Image> {
  const sums: Record<string, string> = {};
  for (const [to, from] of Object.entries(files))
    sums[to] = createHash("sha256")
      .update(await readFile(from))
      .digest("hex");
  const key = { base: base && path.basename(path.dirname(base.layer)), sums, texts, links, config };
  return cachedImage(reference, key, progress, async (file, work) => {
    const root = path.join(work, "root");
    const place = async (name: string) => {
      const to = path.join(root, name);
      await mkdir(path.dirname(to), { recursive: true });
      return to;
    };
    for (const [name, from] of Object.entries(files)) await copyFile(from, await place(name));
    for (const [name, text] of Object.entries(texts)) await writeFile(await place(name), text);
    for (const [name, target] of Object.entries(links)) await symlink(target, await place(name));
    const layer = path.join(work, "layer.tar");
    await archive(root, layer, ["--owner=0", "--group=0", "--mode=u=rwX,go=rX"]);
    return writeArchive(reference, base ? [base.layer, layer] : [layer], config, file);
  });
}

/** The libraries that programs of this machine are linked with, as files of an image. */
export async function librariesOf(programs: string[]): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const program of programs) {
    const linked = await output("ldd", [program]);
    for (const [, library] of linked.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm))
      // Debian's /lib is in /usr: a folder of that name would hide the base's link.
      files[library!.replace(/^\/(lib|lib64)\//, "/usr/$1/")] = library!;
  }
  return files;
}
