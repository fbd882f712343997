import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../../lib/ends";
import { output } from "../../lib/processes";
import type { Progress } from "../../tools";
import { base, basedOn, type Base } from "./base";
import { copyContext, runBuildStage } from "./build-stage";
import { readDockerfile, type Dockerfile } from "./dockerfile";
import { buildFinalStage } from "./final-stage";
import { cachedImage, type Image } from "./images";
import { writeArchive } from "./oci";

/**
 * Builds the image of a folder with a Dockerfile of this repository by the Dockerfile's own recipe, on
 * the stand-in for its base. The build stage runs with this machine's Node and npm, the last one in
 * buildah. Built once for a content of the folder.
 */
export async function dockerfileImage(
  reference: string,
  context: string,
  progress: Progress,
): Promise<Image> {
  const under = await base(progress);
  const key = { base: path.basename(path.dirname(under.layer)), context: await contentOf(context) };
  return cachedImage(reference, key, progress, (to, work) =>
    buildByDockerfile(reference, context, under, to, work, progress),
  );
}

/**
 * Builds it whatever the cache has.
 *
 * @param to path of the archive.
 * @param work an empty folder for what is made on the way.
 * @returns the digest of its manifest.
 */
export async function buildByDockerfile(
  reference: string,
  context: string,
  under: Base,
  to: string,
  work: string,
  progress: Progress,
): Promise<string> {
  const own = path.join(work, "context");
  await copyContext(context, own);
  const file = path.join(context, "Dockerfile");
  const dockerfile = readDockerfile(await readFile(path.join(own, "Dockerfile"), "utf8"), file);
  checkBase(dockerfile, file);
  const { stages } = dockerfile;
  const sources: Record<string, string> = {};
  for (const stage of stages.slice(0, -1)) {
    const root = path.join(work, `stage-${stage.name}`);
    await mkdir(root);
    await runBuildStage(stage, own, root, progress);
    sources[stage.name!] = root;
  }
  progress("building the image");
  const last = stages.at(-1)!;
  const built = await buildFinalStage(last.text, under.image, own, sources, path.join(work, "b"));
  return writeArchive(reference, [under.layer, built.layer], built.config, to);
}

/** Every stage must begin with what the base stands in for, so that no other base passes for it. */
function checkBase({ args, stages }: Dockerfile, file: string): void {
  for (const { base: from, line } of stages) {
    const image = from.replace(/\$\{?(\w+)\}?/, (_, name: string) => args[name] ?? "");
    if (image !== basedOn)
      throw new UsageError(
        `${file}:${line}: FROM ${image}, but this machine's Node makes a stand-in for ${basedOn}: run it with that Node`,
      );
  }
}

/** A digest of a folder's files as an engine would see them. */
async function contentOf(context: string): Promise<string> {
  const args = [
    "-c",
    "find . \\( -name node_modules -o -name dist \\) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum",
  ];
  const sums = await output("sh", args, { cwd: context });
  return createHash("sha256").update(sums).digest("hex");
}
