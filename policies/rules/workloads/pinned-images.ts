import { show } from "../../model/expectation";
import { containers, cronJob, job, operated, podSpec, running } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
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
    const images = operated.includes(workload.type)
      ? [at(workload.properties, "spec.image")]
      : [...containers(workload), ...list(podSpec(workload), "initContainers")].map((container) =>
          at(container, "image"),
        );
    if (images.length === 0) return ["it has no readable containers"];
    return images
      .filter((image) => typeof image !== "string" || !pinned.test(image))
      .map((image) => `image is ${show(image)}; it must have a tag other than latest, or a digest`);
  },
} satisfies RuleDefinition;
