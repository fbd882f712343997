import type { Say } from "../drill";
import type { Images } from "../control-plane/stages";
import { imageArchive } from "../images";
import { base } from "../images/base";
import { programImage } from "../images/program-image";
import type { ImageArchive } from "../nodes/image-store";
import { imagesOf, type RenderedObject } from "../../plan/helm";
import { hookImages, type InstallableRelease } from "./charts";

// Versions in form, because some charts compare them.
/** Tag of a good new version. */
export const nextTag = "1000.0.0-rehearsal-next";
/** Tag of a version that cannot be pulled. */
export const missingTag = "1000.0.0-rehearsal-missing";
/** Tag of a version whose Jobs fail. */
export const failingJobTag = "1000.0.0-rehearsal-failing-job";

/**
 * What the simulated kubelets can run: the images that the charts render, in the planned version
 * and in the drills' own.
 */
export function imagesOfReleases(releases: InstallableRelease[]): Images {
  const planned = imagesOf(releases.map(({ objects }) => objects));
  const known = planned.flatMap((image) => [
    image,
    withTag(image, nextTag),
    withTag(image, failingJobTag),
  ]);
  return { known: [...new Set(known)].sort(), failingJobTag };
}

/** An archive for every image that rendered charts run, in the planned version and as the good next one. */
export async function plannedArchives(
  objects: RenderedObject[],
  say: Say,
): Promise<ImageArchive[]> {
  const archives: ImageArchive[] = [];
  for (const reference of imagesOfPods(objects)) {
    const { file } = await imageArchive(reference, say);
    archives.push({ reference, file, aliases: [withTag(reference, nextTag)] });
  }
  return archives;
}

/** Images that pods run, also those that the operator is told of by an argument; no test's of `helm test`. */
export function imagesOfPods(objects: RenderedObject[]): string[] {
  const installed = objects.filter(
    ({ metadata }) => metadata.annotations?.["helm.sh/hook"] !== "test",
  );
  const told = JSON.stringify(installed).matchAll(/--prometheus-config-reloader=([\w./:@-]+)/g);
  return [...new Set([...imagesOf(installed), ...[...told].map(([, image]) => image!)])];
}

/** What real nodes can run: those archives; for images that hooks run, another one whose programs fail. */
export async function archivesOf(
  releases: InstallableRelease[],
  say: Say,
): Promise<ImageArchive[]> {
  const archives = await plannedArchives(
    releases.flatMap(({ objects }) => objects),
    say,
  );
  for (const reference of new Set(releases.flatMap(hookImages)))
    archives.push(await failing(withTag(reference, failingJobTag), say));
  return archives;
}

/** An image that says no and exits with 1, whatever it is asked for. */
async function failing(reference: string, say: Say): Promise<ImageArchive> {
  const program = "/app/fail.sh";
  return programImage(
    reference,
    {
      base: await base(say),
      files: {},
      texts: { [program]: "echo 'a migration that fails' >&2\nexit 1\n" },
      config: { Entrypoint: ["/bin/sh", program], User: "10001:10001" },
    },
    say,
  );
}

/** An image with another tag, and no digest. */
export function withTag(image: string, tag: string): string {
  return `${image.split("@")[0]!.replace(/:[^:/]*$/, "")}:${tag}`;
}
