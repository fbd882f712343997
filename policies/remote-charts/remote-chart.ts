import type { KubernetesObject } from "../model/kubernetes";
import type { Properties } from "../model/resource";

/**
 * What a chart that is not in this repository makes of its values, as far as rules judge it: written
 * down by hand for one version of it, and compared with the chart where that can be had.
 */
export interface RemoteChart {
  chart: string;
  version: string;
  /** Workloads and what belongs to them, with the chart's own defaults for absent values. */
  objects(values: Properties, release: string): KubernetesObject[];
  /** Every image that its pods run, also those of pods that {@link objects} leaves out. */
  images(values: Properties): string[];
  /** What its values have to say and do not, a clause each. */
  unsaid?(values: Properties): string[];
}
