import { once } from "node:events";
import { mkdir, open, writeFile } from "node:fs/promises";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { output, run, start } from "../../lib/processes";
import type { NodePrograms } from "./programs";
import { quoted, unused } from "./settings";

/** An OCI archive, a tar file, and by which name pods ask for its image. */
export interface ImageArchive {
  reference: string;
  file: string;
  /** Other names of the same image. */
  aliases?: string[];
}

/**
 * Every node's images: archives are unpacked once, by a containerd of its own, and each node begins
 * with hard links to the same files. A container's overlay never writes to the layers below it.
 */
export class ImageStore {
  private constructor(
    private readonly folder: string,
    /** Seconds that unpacking took. */
    readonly seconds: number,
  ) {}

  /**
   * @param folder does not exist yet, on the file system of the nodes' disks
   * @param signal ends it
   */
  static async fill(
    folder: string,
    images: ImageArchive[],
    { path: PATH }: NodePrograms,
    signal: AbortSignal,
  ): Promise<ImageStore> {
    const since = performance.now();
    const root = path.join(folder, "containerd");
    const socket = path.join(folder, "containerd.sock");
    await mkdir(root, { recursive: true });
    const settings = path.join(folder, "containerd.toml");
    await writeFile(settings, containerd(root, path.join(folder, "state"), socket));
    const log = await open(path.join(folder, "containerd.log"), "a");
    const daemon = await start("containerd", ["--config", settings, "--log-level=warn"], {
      env: { PATH },
      stdio: ["ignore", log.fd, log.fd],
    }).finally(() => log.close());
    const ended = once(daemon, "exit");
    const where = ["--address", socket, "--namespace", "k8s.io"];
    const options = { env: { PATH }, signal };
    const ctr = (...args: string[]) => output("ctr", [...where, ...args], options);
    try {
      const end = performance.now() + 30_000;
      const serves = async () => {
        signal.throwIfAborted();
        if (performance.now() > end) throw new Error("containerd does not serve: see its log");
        return (await run("ctr", [...where, "version"], options)).code === 0;
      };
      await pWaitFor(serves, { interval: 50 });
      await load(images, ctr);
    } finally {
      // A clean end: its data bases are copied next.
      daemon.kill("SIGTERM");
      await ended;
    }
    return new ImageStore(root, (performance.now() - since) / 1000);
  }

  /** Makes a node's containerd folder; `disk` is its /var/lib. */
  async give(disk: string): Promise<void> {
    await output("cp", ["--archive", "--link", this.folder, disk]);
    for (const file of databases) {
      await output("cp", ["--archive", "--remove-destination", path.join(this.folder, file), path.join(disk, "containerd", file)]); // prettier-ignore
    }
  }
}

/** What a containerd changes in place; everything else is written once. */
const databases = [
  "io.containerd.metadata.v1.bolt/meta.db",
  "io.containerd.snapshotter.v1.overlayfs/metadata.db",
];

type Ctr = (...args: string[]) => Promise<string>;

async function load(images: ImageArchive[], ctr: Ctr): Promise<void> {
  await Promise.all(images.map(({ file }) => ctr("images", "import", file)));
  const there = (await ctr("images", "list", "--quiet")).split("\n");
  for (const { reference, file } of images)
    if (!there.includes(reference)) throw new Error(`${file} holds no image called ${reference}`);
  for (const { reference, aliases = [] } of images)
    for (const alias of aliases) await ctr("images", "tag", reference, alias);
}

function containerd(root: string, state: string, socket: string): string {
  const off = [...unused, "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images"];
  off.push("io.containerd.cri.v1.runtime");
  return `version = 3
root = '${root}'
state = '${state}'
disabled_plugins = [${quoted(off)}]
[grpc]
  address = '${socket}'
`;
}
