import type { Plan } from "../../plan/plan";
import type { Images } from "../control-plane/stages";
import { imagesOf, rendered } from "../../plan/helm";
import { localReleases } from "../../plan/releases";

/** Tag of a good new version. */
export const nextTag = "rehearsal-next";
/** Tag of a version that cannot be pulled. */
export const missingTag = "rehearsal-missing";
/** Tag of a version whose Jobs fail. */
export const failingJobTag = "rehearsal-failing-job";

/**
 * What the simulated kubelets can run: the images that the plan's charts render, in the planned
 * version and in the drills' own.
 *
 * @throws UsageError when a chart does not render.
 */
export async function imagesOfPlan(plan: Plan): Promise<Images> {
  const objects = await Promise.all(localReleases(plan).map((release) => rendered(release)));
  const planned = imagesOf(objects);
  const known = planned.flatMap((image) => [
    image,
    withTag(image, nextTag),
    withTag(image, failingJobTag),
  ]);
  return { known: [...new Set(known)].sort(), failingJobTag };
}

/** An image with another tag, and no digest. */
function withTag(image: string, tag: string): string {
  return `${image.split("@")[0]!.replace(/:[^:/]*$/, "")}:${tag}`;
}
