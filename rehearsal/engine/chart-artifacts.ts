import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";
import type { Artifacts } from "../../mirror/artifacts";
import { tool } from "../../tools";
import { chartOf } from "../../upstream/upstream";
import type { Charts } from "../workloads/charts";

/**
 * Puts every chart of others that a plan releases into a registry, one that cannot be had here with a
 * ConfigMap in place of its contents. Digests by chart: an archive that was packaged elsewhere than at
 * its publishers' has another than the pinned one.
 */
export async function chartArtifacts(
  { releases, missing }: Charts,
  artifacts: Artifacts,
  folder: string,
): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const { chart, archive, version } of releases) {
    const name = path.basename(chart, `-${version}.tgz`);
    if (archive) digests[name] = (await artifacts.chart(chart, name)).digest;
  }
  for (const { release } of missing) {
    const name = chartOf(release.chart)!;
    const archive = await emptyChart(path.join(folder, "charts", name), release.version);
    digests[name] = (await artifacts.chart(archive, name)).digest;
  }
  return digests;
}

/** Packages a chart of that name. Resolves with the archive's path. */
async function emptyChart(folder: string, version: string): Promise<string> {
  const name = path.basename(folder);
  await mkdir(path.join(folder, "templates"), { recursive: true });
  await writeFile(
    path.join(folder, "Chart.yaml"),
    JSON.stringify({ apiVersion: "v2", name, version, description: `Stand-in for ${name}` }),
  );
  await writeFile(
    path.join(folder, "templates/stand-in.yaml"),
    JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `stand-in-${name}` },
      data: { standsFor: `${name} ${version}` },
    }),
  );
  const into = path.dirname(folder);
  await output(await tool("helm"), ["package", folder, "--destination", into]);
  return path.join(into, `${name}-${version}.tgz`);
}
