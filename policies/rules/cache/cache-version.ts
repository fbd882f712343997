import { isFalse, matches } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cache-version",
  severity: "high",
  from: "starter",
  demands: "The cache's version is the one that the program states: AWS does not move it on.",
  reason:
    "Once AWS has, the stated one is a downgrade, for which the provider replaces the cache, and a rebuild of the cluster refuses to begin. Security patches come as service updates all the same.",
  require: {
    // terraform-provider-aws, elasticache/engine_version.go: engineVersionForceNewOnDowngrade.
    "aws:elasticache/replicationGroup:ReplicationGroup": {
      autoMinorVersionUpgrade: isFalse,
      engineVersion: matches(/^\d+\.\d+$/, "a major and a minor version, such as 8.0"),
    },
  },
});
