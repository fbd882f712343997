import { kubectl } from "./kubectl";
import type { Platform } from "./platform";

/** Lines at most of each backend. */
const lines = 200;

/** What backends logged as the reason of failed requests since a moment, each once, for a claim's text. */
export async function reasonsSince(platform: Platform, moment: number): Promise<string> {
  const which = "--selector=app.kubernetes.io/component=backend";
  const since = [`--since-time=${new Date(moment).toISOString()}`, `--tail=${lines}`];
  const log = await kubectl(platform, "mini-xdr", ["logs", which, ...since]);
  const reasons = log
    .split("\n")
    .filter((line) => line.startsWith("{") && line.includes('"reason"'))
    .map((line) => (JSON.parse(line) as { reason: string }).reason);
  return [...new Set(reasons)].join(", ");
}
