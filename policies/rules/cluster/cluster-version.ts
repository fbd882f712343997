import { equals, matches } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

const minor = matches(/^1\.(3[4-9]|[4-9]\d)$/, "a Kubernetes minor from 1.34 on");

export default propertyRule({
  name: "cluster-version",
  severity: "high",
  from: "starter",
  demands: "The Kubernetes minor is pinned and in standard support.",
  reason:
    "Without a version AWS picks one; in extended support nobody notices that the end comes, and then AWS upgrades.",
  require: {
    "eks:index:Cluster": { version: minor, "upgradePolicy.supportType": equals("STANDARD") },
    "aws:eks/cluster:Cluster": { version: minor, "upgradePolicy.supportType": equals("STANDARD") },
  },
});
