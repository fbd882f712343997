import { includes } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

const all = includes("api", "audit", "authenticator", "controllerManager", "scheduler");

export default propertyRule({
  name: "cluster-logs",
  severity: "high",
  from: "starter",
  demands: "All five logs of the control plane are kept.",
  reason: "They are the only witness of what the control plane did: nobody can log in to it.",
  require: {
    "eks:index:Cluster": { enabledClusterLogTypes: all },
    "aws:eks/cluster:Cluster": { enabledClusterLogTypes: all },
  },
});
