import type { Images } from "../control-plane/stages";
import { imagesOf } from "../../plan/helm";
import type { InstallableRelease } from "./charts";

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

/** An image with another tag, and no digest. */
export function withTag(image: string, tag: string): string {
  return `${image.split("@")[0]!.replace(/:[^:/]*$/, "")}:${tag}`;
}
