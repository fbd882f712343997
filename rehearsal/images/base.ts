import { createHash } from "node:crypto";
import path from "node:path";
import { output } from "../../lib/processes";
import { tool, type Progress } from "../../tools";
import { buildOnce } from "../../tools/build-once";
import { cacheFolder } from "../../tools/cache";
import { writeArchive } from "./oci";

/** The registry's image that the base stands in for. */
export const basedOn = `node:${process.version.slice(1)}-bookworm-slim`;

/** What every image of ours begins with. */
export interface Base {
  /** The archive of its one layer. */
  layer: string;
  /** The layer as an image, in an OCI archive. */
  image: string;
}

/** What Debian's slim images leave out of every package, too. */
const leftOut = ["doc", "man", "info", "locale", "lintian"];

/**
 * The base of images: a stand-in for `basedOn`, made of Debian 12's essential packages, apt and this
 * machine's Node. It leaves out npm, yarn and the user `node`, which the images do not use. Built once,
 * in about a minute, and the same bytes while Debian's mirror has the same packages. It needs root.
 */
export async function base(progress: Progress): Promise<Base> {
  const sources = await debianSources();
  const key = [basedOn, process.arch, leftOut, sources];
  const hash = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 16);
  const folder = path.join(cacheFolder(), "images", `base-${hash}`);
  const image = await buildOnce(folder, "image.tar", progress, async (into) => {
    progress("making the base of Debian packages");
    const layer = path.join(into, "layer.tar");
    await debian(layer, sources);
    const Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
    const Labels = { "mini-xdr.stand-in": `for ${basedOn}: Debian's packages and Node` };
    await writeArchive("base", [layer], { Env, Labels }, path.join(into, "image.tar"));
  });
  return { image, layer: path.join(folder, "layer.tar") };
}

async function debian(layer: string, sources: string[]): Promise<void> {
  const rules = leftOut.map((name) => `path-exclude=/usr/share/${name}/*`);
  const slim = [...rules, "path-include=/usr/share/doc/*/copyright"].join("\\n");
  const folders = leftOut.map((name) => `"$1"/usr/share/${name}`).join(" ");
  const args = [
    "--mode=root",
    "--variant=apt",
    "--quiet",
    `--customize-hook=printf '${slim}\\n' > "$1"/etc/dpkg/dpkg.cfg.d/slim`,
    `--customize-hook=find ${folders} -type f ! -name copyright -delete 2>&1 || true`,
    // A container brings devices of its own.
    "--skip=output/dev",
    `--customize-hook=copy-in ${process.execPath} /usr/local/bin`,
    "bookworm",
    layer,
    ...sources,
  ];
  await output(await tool("mmdebstrap"), args, { env: { SOURCE_DATE_EPOCH: "0" } });
}

/** Debian 12's sources that this machine already trusts, one line each. */
async function debianSources(): Promise<string[]> {
  const format = "deb $(REPO_URI) $(RELEASE) $(COMPONENT)";
  const targets = ["indextargets", "--format", format, "Created-By: Packages"];
  const lines = (await output("apt-get", targets)).split("\n");
  return [
    ...new Set(lines.filter((line) => /\/debian(-security)?\/? bookworm\S* main$/.test(line))),
  ].sort();
}
