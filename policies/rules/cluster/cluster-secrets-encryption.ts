import { includes, isAssigned } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cluster-secrets-encryption",
  severity: "high",
  from: "starter",
  demands: "Kubernetes secrets are encrypted with a key of our own.",
  reason: "It cannot be added later without replacing the cluster.",
  require: {
    "eks:index:Cluster": { encryptionConfigKeyArn: isAssigned },
    "aws:eks/cluster:Cluster": {
      "encryptionConfig.provider.keyArn": isAssigned,
      "encryptionConfig.resources": includes("secrets"),
    },
  },
});
