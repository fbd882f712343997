import { includes, isTrue, onceKnown } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cluster-nodes",
  severity: "critical",
  from: "starter",
  demands: "AWS provides nodes, replaces broken ones and runs what the cluster itself needs.",
  reason: "Without Auto Mode and its system pool nothing is scheduled.",
  require: {
    "eks:index:Cluster": {
      "autoMode.enabled": isTrue,
      "autoMode.computeConfig.nodePools": includes("system"),
    },
    "aws:eks/cluster:Cluster": {
      "computeConfig.enabled": onceKnown(isTrue),
      "computeConfig.nodePools": onceKnown(includes("system")),
    },
  },
});
