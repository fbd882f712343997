import { undeclaredImage } from "../../declared/images";
import { releaseType } from "../../model/kubernetes";
import type { Properties } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import { remoteChartOf } from "../../remote-charts/remote-charts";

export default {
  name: "chart-images",
  severity: "critical",
  from: "starter",
  demands:
    "Every image that a chart of others runs, by its values or by its own defaults, comes from our own registry.",
  reason: "What a value leaves out is pulled from the internet, also on the day of a recovery.",
  needs: "resource",
  types: [releaseType],
  judge: ({ properties: { chart, values = {} } }) => {
    const remote = remoteChartOf(chart);
    const given = values as Properties;
    return [
      ...(remote?.images(given) ?? []).flatMap((image) => undeclaredImage(image) ?? []),
      ...(remote?.unsaid?.(given) ?? []),
    ];
  },
} satisfies RuleDefinition;
