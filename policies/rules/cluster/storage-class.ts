import { equals } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "storage-class",
  severity: "high",
  from: "starter",
  demands: "Volumes are encrypted and made in the zone of the pod that needs them.",
  reason: "A volume that is made first ties its pod to a zone that may have no room.",
  require: {
    "kubernetes:storage.k8s.io/v1:StorageClass": {
      "parameters.encrypted": equals("true"),
      volumeBindingMode: equals("WaitForFirstConsumer"),
    },
  },
});
