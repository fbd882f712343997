import { kubectl } from "./kubectl";
import type { Platform } from "./platform";

/** Lines at most of each pod. */
const lines = 400;

/** What backends logged as the reason of failed requests since a moment, each once, for a claim's text. */
export async function reasonsSince(platform: Platform, moment: number): Promise<string> {
  const reasons = (await logs(platform, backends, moment))
    .filter((line) => line.startsWith("{") && line.includes('"reason"'))
    .map((line) => (JSON.parse(line) as { reason: string }).reason);
  return [...new Set(reasons)].join(", ");
}

/**
 * What backends and poolers warned of since a moment, and where poolers were led, a line each, for who asks
 * why a drill failed.
 */
export async function warningsSince(platform: Platform, moment: number): Promise<string> {
  const said = await Promise.all(
    [backends, poolers].map((pods) => logs(platform, pods, moment, "--prefix")),
  );
  return said.flat().filter(warns).join("\n");
}

function warns(line: string): boolean {
  if (/\/(topology|reconnect)\]/.test(line)) return true; // they say little
  // A client that hangs up without a word: every one that is replaced.
  if (line.includes("tls_sbufio_recv")) return false;
  return /"level":"(warn|error)"| WARNING /.test(line);
}

interface Pods {
  namespace: string;
  selector: string;
  /** Absent: all of them. */
  container?: string;
}

const backends: Pods = {
  namespace: "mini-xdr",
  selector: "app.kubernetes.io/component=backend",
  container: "backend",
};
const poolers: Pods = {
  namespace: "database",
  selector: "app.kubernetes.io/name=pgbouncer",
};

/** What pods wrote since a moment, by line. */
async function logs(
  platform: Platform,
  { namespace, selector, container }: Pods,
  moment: number,
  ...more: string[]
): Promise<string[]> {
  const which = container === undefined ? "--all-containers" : `--container=${container}`;
  const since = [`--since-time=${new Date(moment).toISOString()}`, `--tail=${lines}`];
  return (
    await kubectl(platform, namespace, ["logs", `--selector=${selector}`, which, ...since, ...more])
  ).split("\n");
}
