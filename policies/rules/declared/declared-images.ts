import { declaredImages } from "../../declared/images";
import { show } from "../../model/expectation";
import { cronJob, imagesOf, job, running } from "../../model/kubernetes";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "declared-images",
  severity: "critical",
  from: "starter",
  demands: "Every image comes from a registry and a repository that policies/declared knows.",
  reason: "A registry that limits or removes its images keeps the next pod from starting.",
  needs: "release",
  types: [...running, job, cronJob],
  judge: (workload) => {
    const images = imagesOf(workload);
    return images
      .filter((image) => !declaredImages.some((known) => known.test(String(image))))
      .map((image) => `image is ${show(image)}; no entry of policies/declared/images knows it`);
  },
} satisfies RuleDefinition;
