import { between, isFalse, isTrue, matches } from "../../model/expectation";
import { releaseType } from "../../model/kubernetes";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "release-atomic",
  severity: "critical",
  from: "starter",
  demands:
    "A release that does not come up is rolled back as a whole; its chart is pinned and its history bounded.",
  reason:
    "A half-installed release serves some requests with either version, and blocks the next change.",
  require: {
    [releaseType]: {
      version: matches(/^\d+\.\d+\.\d+$/, 'one version such as "1.2.3"'),
      atomic: isTrue,
      cleanupOnFail: isTrue,
      skipAwait: isFalse,
      waitForJobs: isTrue,
      maxHistory: between(2, 50),
    },
  },
});
