import { copyFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { LocalServer } from "../../lib/http-server";
import { output } from "../../lib/processes";
import { tool } from "../../tools";

/** A repository of charts as their publishers have it: an index and archives, over HTTP. */
export class ChartRepository {
  /** Archives that are asked for and never handed out. */
  readonly withheld = new Set<string>();

  private constructor(
    private readonly server: LocalServer,
    private readonly folder: string,
  ) {}

  /** @param asked told of every file that is asked for */
  static async start(
    archives: string[],
    folder: string,
    asked: (file: string) => void = () => {},
  ): Promise<ChartRepository> {
    await mkdir(folder);
    for (const archive of archives)
      await copyFile(archive, path.join(folder, path.basename(archive)));
    const server = await LocalServer.start((request, response) => {
      const name = path.basename(request.url!);
      asked(name);
      if (repository.withheld.has(name)) return;
      readFile(path.join(folder, name)).then(
        (content) => response.end(content),
        () => response.writeHead(404).end(),
      );
    });
    await output(await tool("helm"), ["repo", "index", folder, "--url", server.url]);
    const repository = new ChartRepository(server, folder);
    return repository;
  }

  get url(): string {
    return this.server.url;
  }

  /** Where an archive lies. */
  file(archive: string): string {
    return path.join(this.folder, archive);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
