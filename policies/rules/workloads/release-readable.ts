import { releaseType } from "../../model/kubernetes";
import { deployedBy } from "../../releases/deployed";
import type { RuleDefinition } from "../../model/rule";

/** Components whose objects a plan does not show. */
const opaque = [
  "helm.sh/v3:Chart",
  "helm.sh/v4:Chart",
  "kustomize:Directory",
  "kustomize/v2:Directory",
  "yaml:ConfigFile",
  "yaml:ConfigGroup",
  "yaml/v2:ConfigFile",
  "yaml/v2:ConfigGroup",
].map((type) => `kubernetes:${type}`);

export default {
  name: "release-readable",
  severity: "critical",
  from: "starter",
  demands:
    "It can be told what every Helm release deploys: by committed objects that fit, by Helm, or by a declared map of its values.",
  reason: "What cannot be read cannot be judged; a release hides everything behind its values.",
  needs: "resource",
  types: [releaseType, ...opaque],
  judge: (release, _, settings) => {
    if (release.type !== releaseType) return ["a plan does not show its objects; use a Release"];
    const deployed = deployedBy(release, settings);
    return "problem" in deployed ? [deployed.problem] : [];
  },
} satisfies RuleDefinition;
