import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";
import { evaluation, slos } from "../../observability/slo";
import { tool } from "../../tools";

/** Hours before the platform: the longest window of an alert that pages. */
const hours = 6;
/**
 * Seconds between it and the platform, more than Prometheus looks back. Its end has no mark, as that of a
 * rule would have: taken for what is asked now, of which nothing was answered yet, it would be an outage.
 */
const pause = 330;

/**
 * A stand-in for the hours before, in which as much was asked and nothing failed: what the SLOs would have
 * counted, as a folder of Prometheus' own blocks. Without a past a second of errors would be a great
 * share of everything that there ever was, and every small fault an outage.
 *
 * @param folder where it is made
 * @param rate requests a second
 */
export async function quietPast(folder: string, rate: number): Promise<string> {
  const past = path.join(folder, "past.txt");
  const data = path.join(folder, "past");
  await mkdir(data);
  await writeFile(past, openMetrics(Math.floor(Date.now() / 1000), rate));
  const blocks = ["tsdb", "create-blocks-from", "openmetrics", "--quiet", past, data];
  await output(await tool("promtool"), blocks);
  return data;
}

/** The text that promtool makes blocks of. @param now seconds since 1970 */
export function openMetrics(now: number, rate: number): string {
  const every = evaluation.critical;
  const times = Array.from(
    { length: (hours * 3600) / every },
    (_, index) => now - pause - index * every,
  );
  const lines = slos.flatMap(({ name, service }) =>
    ["all", "bad"].flatMap((outcome) => {
      const labels = `slo="${name}",service="${service}",source="backend",outcome="${outcome}"`;
      const value = outcome === "all" ? rate * every : 0;
      return times.toReversed().map((time) => `slo:events:sum30s{${labels}} ${value} ${time}`);
    }),
  );
  return `# TYPE slo:events:sum30s gauge\n${lines.join("\n")}\n# EOF\n`;
}
