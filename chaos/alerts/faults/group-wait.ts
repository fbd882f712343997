import { alertmanagerConfig } from "../../../observability/routing";
import { inSeconds } from "../duration";

const { route } = alertmanagerConfig({ pagerDuty: true, slack: true, deadMansSwitch: true });

/** Seconds that Alertmanager waits for alerts that belong together. */
export const groupWait = {
  /** By default, for messages and for most pages. */
  messages: inSeconds(route.group_wait),
  /** For pages that tell of an outage. */
  outage: Math.min(
    ...waits(route)
      .map(inSeconds)
      .filter((value) => value > 0),
  ),
};

function waits(node: unknown): string[] {
  if (node === null || typeof node !== "object") return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === "group_wait" ? [value as string] : waits(value),
  );
}
