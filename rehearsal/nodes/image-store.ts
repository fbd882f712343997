import { createHash } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, open, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { output, run, start } from "../../lib/processes";
import { cacheFolder, exists, publish } from "../../tools/cache";
import type { NodePrograms } from "./programs";
import { quoted, unused } from "./settings";

/** An OCI archive, a tar file, and by which name pods ask for its image. */
export interface ImageArchive {
  reference: string;
  file: string;
  /** Other names of the same image. */
  aliases?: string[];
}

/** Stores that are kept: of a few checkouts, each in a few states. */
const kept = 3;

/**
 * Every node's images. Archives are unpacked once for each set of them, by a containerd of its own,
 * into the tools' cache; nodes begin with links to the same files, which no container changes: its
 * overlay writes elsewhere. That also keeps them out of the sandbox's memory.
 */
export class ImageStore {
  private constructor(
    private readonly root: string,
    /** Seconds until it was there. */
    readonly seconds: number,
  ) {}

  /**
   * Finds the store of these images, or makes it.
   *
   * @param signal ends it
   */
  static async of(
    images: ImageArchive[],
    programs: NodePrograms,
    signal: AbortSignal,
  ): Promise<ImageStore> {
    const since = performance.now();
    const stores = path.join(cacheFolder(), "image-stores");
    const folder = path.join(stores, await keyOf(images, programs));
    // Without a lock: two sandboxes do not see each other's processes. The slower one's work is lost.
    if (!(await exists(folder)))
      await publish(folder, (into) => fill(into, images, programs, signal));
    await utimes(folder, new Date(), new Date());
    await prune(stores);
    return new ImageStore(folder, (performance.now() - since) / 1000);
  }

  /** Makes a node's containerd folder; `disk` is its /var/lib. */
  async give(disk: string): Promise<void> {
    const to = path.join(disk, "containerd");
    const folders = shared.map((name) => path.join(this.root, name));
    const filter = (file: string) => !folders.includes(path.dirname(file));
    await cp(this.root, to, { recursive: true, filter });
    for (const folder of shared)
      for (const name of await readdir(path.join(this.root, folder)))
        await symlink(path.join(this.root, folder, name), path.join(to, folder, name));
  }
}

/** Folders whose content is written once; everything else is a containerd's own. */
const shared = [
  "io.containerd.content.v1.content/blobs/sha256",
  "io.containerd.snapshotter.v1.overlayfs/snapshots",
];

/** Whatever the store's content follows from: a cached archive is never written again. */
async function keyOf(images: ImageArchive[], { path: programs }: NodePrograms): Promise<string> {
  const stamps = images.map(async ({ reference, file, aliases }) => {
    const { size, mtimeMs } = await stat(file);
    return [reference, file, size, mtimeMs, aliases];
  });
  const text = JSON.stringify([programs, (await Promise.all(stamps)).sort()]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Removes the stores that were used longest ago; never one that a run may still use. */
async function prune(stores: string): Promise<void> {
  const used = async (name: string) => (await stat(path.join(stores, name))).mtimeMs;
  const all = await Promise.all(
    (await readdir(stores)).map(async (name) => ({ name, used: await used(name).catch(() => 0) })),
  );
  const old = all.sort((a, b) => b.used - a.used).slice(kept);
  const hour = 3_600_000;
  for (const { name, used } of old)
    if (used < Date.now() - hour)
      await rm(path.join(stores, name), { recursive: true, force: true });
}

/** Unpacks images into an empty folder, as a containerd's root. */
async function fill(
  root: string,
  images: ImageArchive[],
  { path: PATH }: NodePrograms,
  signal: AbortSignal,
): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), "image-store-"));
  const socket = path.join(work, "containerd.sock");
  const settings = path.join(work, "containerd.toml");
  await writeFile(settings, containerd(root, path.join(work, "state"), socket));
  const log = await open(path.join(work, "containerd.log"), "a");
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
      if (performance.now() > end) throw new Error("containerd does not serve");
      return (await run("ctr", [...where, "version"], options)).code === 0;
    };
    await pWaitFor(serves, { interval: 50 });
    await load(images, ctr);
  } finally {
    // A clean end: its data bases are copied later.
    daemon.kill("SIGTERM");
    await ended;
    await rm(work, { recursive: true, force: true });
  }
}

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
