import { isFalse } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cluster-addons",
  severity: "medium",
  from: "starter",
  demands: "The cluster has no add-on of what Auto Mode brings.",
  reason:
    "CoreDNS is added at its most recent version beside AWS's own: pods that nobody asks, and that change with any update.",
  require: { "eks:index:Cluster": { "corednsAddonOptions.enabled": isFalse } },
});
