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

/** What backends and poolers warned of since a moment, a line each, for who asks why a drill failed. */
export async function warningsSince(platform: Platform, moment: number): Promise<string> {
  const said = await Promise.all(
    [backends, poolers].map((pods) => logs(platform, pods, moment, "--prefix")),
  );
  const warns = (line: string) =>
    /"level":"(warn|error)"| WARNING /.test(line) &&
    // A client that hangs up without a word: every one that is replaced.
    !line.includes("unexpected eof while reading");
  return said.flat().filter(warns).join("\n");
}

interface Pods {
  namespace: string;
  selector: string;
  container: string;
}

const backends: Pods = {
  namespace: "mini-xdr",
  selector: "app.kubernetes.io/component=backend",
  container: "backend",
};
const poolers: Pods = {
  namespace: "database",
  selector: "app.kubernetes.io/name=pgbouncer",
  container: "pgbouncer",
};

/** What pods wrote since a moment, by line. */
async function logs(
  platform: Platform,
  { namespace, selector, container }: Pods,
  moment: number,
  ...more: string[]
): Promise<string[]> {
  const which = [`--selector=${selector}`, `--container=${container}`];
  const since = [`--since-time=${new Date(moment).toISOString()}`, `--tail=${lines}`];
  return (await kubectl(platform, namespace, ["logs", ...which, ...since, ...more])).split("\n");
}
