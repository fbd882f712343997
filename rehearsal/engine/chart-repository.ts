import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { tool } from "../../tools";
import { LocalServer } from "../../lib/http-server";
import { output } from "../../lib/processes";
import type { Charts } from "../workloads/charts";

/**
 * A stand-in for the repositories that charts come from: it serves each chart by name and version,
 * and one that cannot be had here with a ConfigMap in place of its contents.
 */
export class ChartRepository {
  private constructor(private readonly server: LocalServer) {}

  static async start({ releases, missing }: Charts, folder: string): Promise<ChartRepository> {
    const charts = path.join(folder, "charts");
    const served = path.join(folder, "repository");
    await mkdir(served);
    for (const { chart, archive } of releases)
      if (archive) await copyFile(chart, path.join(served, path.basename(chart)));
    const helm = await tool("helm");
    for (const { release } of missing) {
      const chart = path.join(charts, release.chart);
      await emptyChart(chart, release.version);
      await output(helm, ["package", chart, "--destination", served]);
    }
    const server = await LocalServer.start((request, response) => {
      const file = path.join(served, path.basename(request.url!));
      readFile(file).then(
        (content) => response.end(content),
        () => response.writeHead(404).end(),
      );
    });
    await output(helm, ["repo", "index", served, "--url", server.url]);
    return new ChartRepository(server);
  }

  get url(): string {
    return this.server.url;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

async function emptyChart(folder: string, version: string): Promise<void> {
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
}
