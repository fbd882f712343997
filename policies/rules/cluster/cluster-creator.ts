import { isFalse } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cluster-creator",
  severity: "high",
  from: "starter",
  demands: "Whoever creates the cluster gets no access by that alone.",
  reason:
    "EKS would make the deploy role an administrator that no code names, and answer the entry that does with 409: the first up ends there.",
  require: {
    "aws:eks/cluster:Cluster": {
      "accessConfig.bootstrapClusterCreatorAdminPermissions": isFalse,
    },
  },
});
