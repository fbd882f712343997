import { isNotEmpty, isSet } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "alarm-notifies",
  severity: "high",
  from: "starter",
  demands: "Every alarm tells somebody.",
  reason: "An alarm without an action is only a colour on a page.",
  require: {
    "aws:cloudwatch/metricAlarm:MetricAlarm": { alarmActions: isNotEmpty, treatMissingData: isSet },
  },
});
