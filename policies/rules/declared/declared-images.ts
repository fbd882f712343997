import { undeclaredImage } from "../../declared/images";
import { cronJob, imagesOf, job, running } from "../../model/kubernetes";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "declared-images",
  severity: "critical",
  from: "starter",
  demands:
    "Every image comes from our own registry, one of others in the version and by the digest of upstream/pins.json.",
  reason:
    "A registry of others that limits, removes or loses its images keeps the next pod from starting, and a recovery from ending.",
  needs: "release",
  types: [...running, job, cronJob],
  judge: (workload) =>
    imagesOf(workload)
      .map((image) => undeclaredImage(image))
      .filter((problem) => problem !== undefined),
} satisfies RuleDefinition;
