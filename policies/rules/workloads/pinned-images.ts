import { show } from "../../model/expectation";
import { cronJob, imagesOf, job, running } from "../../model/kubernetes";
import type { RuleDefinition } from "../../model/rule";

/** A tag other than `latest`, or a digest. */
const pinned = /(:(?!latest(@|$))[\w][\w.-]*|@sha256:[0-9a-f]{64})$/;

export default {
  name: "pinned-images",
  severity: "high",
  from: "starter",
  demands: "Every image is pinned to a tag other than latest, or to a digest.",
  reason:
    "A pod that is replaced at night would otherwise start another version than its neighbours.",
  needs: "release",
  types: [...running, job, cronJob],
  judge: (workload) => {
    const images = imagesOf(workload);
    if (images.length === 0) return ["it has no readable containers"];
    return images
      .filter((image) => typeof image !== "string" || !pinned.test(image))
      .map((image) => `image is ${show(image)}; it must have a tag other than latest, or a digest`);
  },
} satisfies RuleDefinition;
