import { equals } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cluster-authentication",
  severity: "high",
  from: "starter",
  demands: "Who may use the cluster is set in the EKS API alone.",
  reason: "The aws-auth config map gets lost with a replaced cluster and locks everybody out.",
  require: {
    "eks:index:Cluster": { authenticationMode: equals("API") },
    "aws:eks/cluster:Cluster": { "accessConfig.authenticationMode": equals("API") },
  },
});
