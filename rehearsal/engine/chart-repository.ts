import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { tool } from "../../tools";
import type { PlannedRelease } from "../../plan/releases";
import { LocalServer } from "../../lib/http-server";
import { output } from "../../lib/processes";

/**
 * A stand-in for the repositories that charts come from: it serves each of these charts by name
 * and version, with a ConfigMap in place of its contents.
 */
export class ChartRepository {
  private constructor(private readonly server: LocalServer) {}

  static async start(releases: PlannedRelease[], folder: string): Promise<ChartRepository> {
    const charts = path.join(folder, "charts");
    const served = path.join(folder, "repository");
    for (const { chart, version } of releases) await emptyChart(path.join(charts, chart), version);
    const helm = await tool("helm");
    for (const { chart } of releases)
      await output(helm, ["package", path.join(charts, chart), "--destination", served]);
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
