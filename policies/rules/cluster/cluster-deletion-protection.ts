import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cluster-deletion-protection",
  severity: "critical",
  from: "starter",
  demands: "The cluster refuses to be deleted.",
  reason: "One call of the API would take every workload down.",
  require: {
    "eks:index:Cluster": { deletionProtection: isTrue },
    "aws:eks/cluster:Cluster": { deletionProtection: isTrue },
  },
});
