import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** One cgroup hierarchy of the machine. */
export interface Hierarchy {
  /** Where the machine has it mounted. */
  at: string;
  /** Its name under /sys/fs/cgroup, and the options that mount it again. */
  name: string;
  options: string;
}

const version1 = ["blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer", "hugetlb", "memory"];
version1.push("net_cls", "net_prio", "perf_event", "pids", "rdma", "misc");
/** What a kubelet cannot do without. */
const needed = {
  v1: ["cpu", "cpuacct", "cpuset", "memory", "devices", "pids"],
  v2: ["cpu", "memory", "pids"],
};

/** Weight of a run's nodes against one process beside them, as which they would count by default. */
const weight = { v1: { "cpu.shares": "3072" }, v2: { "cpu.weight": "300" } };

/**
 * The cgroups of one run's nodes: one for each node, under one that carries the run's name, in every
 * hierarchy of the machine. They are what a run leaves outside its sandbox: the janitor removes them.
 *
 * Version 1 is tried; version 2 is written by its documentation, on a machine that had no useful
 * controller on it.
 */
export class Cgroups {
  private constructor(
    private readonly run: string,
    readonly version: 1 | 2,
    private readonly hierarchies: Hierarchy[],
  ) {}

  /** @param run name of the run, unique on this machine */
  static async find(run: string): Promise<Cgroups> {
    const { version, hierarchies } = hierarchiesIn(await readFile("/proc/self/mountinfo", "utf8"));
    return new Cgroups(run, version, hierarchies);
  }

  /** Why no kubelet can run here; undefined where one can. */
  async missing(): Promise<string | undefined> {
    const there =
      this.version === 2
        ? (await readFile("/sys/fs/cgroup/cgroup.controllers", "utf8")).trim().split(" ")
        : this.hierarchies.flatMap(({ options }) => options.split(","));
    const absent = needed[`v${this.version}`].filter((name) => !there.includes(name));
    if (absent.length > 0) return `no cgroup controller ${absent.join(", ")}`;
    const trial = this.hierarchies.map(({ at }) => path.join(at, this.run));
    try {
      for (const folder of trial) await mkdir(folder);
    } catch (error) {
      return `cgroups cannot be made: ${(error as Error).message}`;
    } finally {
      for (const folder of trial) await rmdir(folder).catch(() => {});
    }
    return undefined;
  }

  /** Makes a node's cgroups. Returns the folders, which its first process has to enter. */
  async create(node: string): Promise<string[]> {
    return Promise.all(
      this.hierarchies.map(async (hierarchy) => {
        const run = path.join(hierarchy.at, this.run);
        await this.make(hierarchy, run);
        await this.weigh(hierarchy, run);
        await this.make(hierarchy, path.join(run, node));
        return path.join(run, node);
      }),
    );
  }

  /** What a node mounts at /sys/fs/cgroup, for its first process: `name=options` each. */
  get mounts(): string {
    return this.hierarchies.map(({ name, options }) => `${name}:${options}`).join(" ");
  }

  private async weigh({ options }: Hierarchy, run: string): Promise<void> {
    if (this.version === 1 && !options.split(",").includes("cpu")) return;
    for (const [file, value] of Object.entries(weight[`v${this.version}`]))
      await writeFile(path.join(run, file), value);
  }

  private async make({ at, options }: Hierarchy, folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    if (this.version === 2) await passOn(path.dirname(folder));
    if (!options.split(",").includes("cpuset")) return;
    // A new cpuset is empty, and no process may enter it.
    for (const file of ["cpuset.cpus", "cpuset.mems"])
      await writeFile(path.join(folder, file), await readFile(path.join(at, file)));
  }
}

/** The hierarchies of a machine, from its /proc/self/mountinfo. A hybrid one counts as version 1. */
export function hierarchiesIn(mountinfo: string): { version: 1 | 2; hierarchies: Hierarchy[] } {
  const mounts = mountsIn(mountinfo);
  const unified = mounts.find(({ type, at }) => type === "cgroup2" && at === "/sys/fs/cgroup");
  if (unified) return { version: 2, hierarchies: [{ at: unified.at, name: "", options: "" }] };
  const hierarchies = mounts
    .filter(({ type }) => type === "cgroup")
    .map(({ at, options }) => ({ at, name: path.basename(at), options: optionsOf(options) }));
  return { version: 1, hierarchies };
}

/** Version 2: gives a cgroup's controllers to those below it. */
async function passOn(folder: string): Promise<void> {
  const read = async (file: string) =>
    (await readFile(path.join(folder, file), "utf8")).trim().split(" ").filter(Boolean);
  const [all, already] = await Promise.all([
    read("cgroup.controllers"),
    read("cgroup.subtree_control"),
  ]);
  const absent = all.filter((name) => !already.includes(name));
  if (absent.length === 0) return;
  const change = absent.map((name) => `+${name}`).join(" ");
  await writeFile(path.join(folder, "cgroup.subtree_control"), change);
}

function optionsOf(mount: string): string {
  const words = mount.split(",");
  const named = words.find((word) => word.startsWith("name="));
  if (named) return `none,${named}`;
  return words.filter((word) => version1.includes(word)).join(",");
}

/** Mount points with what is mounted there, as proc(5) lays them out. */
function mountsIn(text: string): { at: string; type: string; options: string }[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [type = "", , options = ""] = after.split(" ");
      return { at: before.split(" ")[4]!, type, options };
    });
}
