import { chartOf, charts, type ChartPin } from "../../upstream/upstream";
import { show } from "../model/expectation";

/** A chart in a registry of ours. */
const ours = /^oci:\/\/\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\//;

/**
 * What is wrong with a chart of others, as one clause; undefined when it is declared. Before a chart
 * has been mirrored nobody knows its digest: then any is, and none.
 */
export function undeclaredChart(
  chart: unknown,
  version: unknown,
  pins: Record<string, ChartPin> = charts,
): string | undefined {
  const name = ours.test(String(chart)) ? (chartOf(chart) ?? "") : "";
  const pin = Object.hasOwn(pins, name) ? pins[name] : undefined;
  if (!pin) return `chart is ${show(chart)}; no repository of our registry is declared for it`;
  const [, digest = ""] = String(chart).split("@");
  return version === pin.version && (pin.digest === "" || digest === pin.digest)
    ? undefined
    : `chart is ${String(chart)} ${show(version)}; upstream/pins.json has ${pin.version} ${pin.digest}`.trim();
}
