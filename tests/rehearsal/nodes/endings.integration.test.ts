import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { output, start } from "../../../lib/processes";
import { planeTools } from "../../../rehearsal/control-plane/control-plane";
import { missingRealNodes } from "../../../rehearsal/nodes/missing";
import { realNodesTools } from "../../../rehearsal/nodes/programs";
import { needTools, skipLoudly } from "../../support/need-tools";
import { root } from "../../support/planned";

const minutes = 60_000;

/** A command that runs real nodes, as seen from the machine. */
interface Run {
  process: ChildProcess;
  /** Its sandbox's folder; its cgroups are called like it. */
  folder: string;
  /** Seconds until its nodes were Ready. */
  seconds: number;
  /** Its pid namespaces: of the sandbox, of each node and of each container. */
  namespaces: string[];
}

describe("two runs of real nodes, side by side", function () {
  this.timeout(4 * minutes);
  let folder: string;
  let links: string;
  let sysctls: string;
  const runs: Run[] = [];

  before(async function () {
    await needTools(this, [...planeTools, ...realNodesTools]);
    const missing = await missingRealNodes();
    if (missing) skipLoudly(this, missing);
    folder = mkdtempSync(path.join(os.tmpdir(), "endings-test-"));
    [links, sysctls] = [await output("ip", ["-brief", "link"]), machineSettings()];
    runs.push(...(await Promise.all(["one", "two"].map((name) => run(path.join(folder, name))))));
  });

  after(() => {
    for (const { process } of runs) process.kill("SIGKILL");
    if (folder) rmSync(folder, { recursive: true });
  });

  it("are both Ready, and change nothing of the machine", async () => {
    for (const { seconds, namespaces, folder } of runs) {
      console.log(`      Ready after ${seconds.toFixed(1)} s, with the other beside it`);
      assert.ok(namespaces.length > 4, "the sandbox, three nodes, containers");
      assert.ok(cgroupsOf(folder).length > 0);
    }
    assert.equal(await output("ip", ["-brief", "link"]), links);
    assert.equal(machineSettings(), sysctls);
  });

  it("leave nothing when one is killed, and the other runs on", async () => {
    const [killed, other] = runs as [Run, Run];
    killed.process.kill("SIGKILL");
    await once(killed.process, "exit");
    await gone(killed);
    assert.deepEqual([...processesIn(other.namespaces)].sort(), [...other.namespaces].sort());
    assert.equal(other.process.exitCode, null);
  });

  it("leave nothing after Ctrl-C", async () => {
    const other = runs[1]!;
    other.process.kill("SIGINT");
    assert.deepEqual(await once(other.process, "exit"), [130, null]);
    // It ends only once all is gone.
    assert.deepEqual(left(other), []);
    assert.equal(await output("ip", ["-brief", "link"]), links);
    assert.equal(machineSettings(), sysctls);
  });
});

async function run(report: string): Promise<Run> {
  const script = path.join(__dirname, "runner.ts");
  const child = await start(process.execPath, ["--import", "tsx", script, report], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const end = Date.now() + 2 * minutes;
  const written = () => {
    assert.ok(Date.now() < end, "not Ready");
    assert.equal(child.exitCode, null, "it ended by itself");
    return existsSync(report) && readFileSync(report, "utf8").endsWith("}");
  };
  await pWaitFor(written, { interval: 100 });
  const said = JSON.parse(readFileSync(report, "utf8")) as { folder: string; seconds: number };
  return { process: child, ...said, namespaces: namespacesBelow(child.pid!) };
}

/** Resolves when nothing is left of a run. */
async function gone(run: Run): Promise<void> {
  const end = Date.now() + 30_000;
  const none = () => {
    const things = left(run);
    assert.ok(Date.now() < end, `left: ${things.join(", ")}`);
    return things.length === 0;
  };
  await pWaitFor(none, { interval: 100 });
}

/** What of a run is still on this machine: processes, cgroups, mounts, folder. */
function left({ folder, namespaces }: Run): string[] {
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  return [
    ...processesIn(namespaces),
    ...cgroupsOf(folder),
    ...mounts.filter((line) => line.includes(folder)),
    ...(existsSync(folder) ? [folder] : []),
  ];
}

/** Which of these pid namespaces have a living process. */
function processesIn(namespaces: string[]): Set<string> {
  return new Set(pids().map(namespaceOf).filter((name) => namespaces.includes(name))); // prettier-ignore
}

/** Pid namespaces of a process's descendants, other than this one's. */
function namespacesBelow(pid: number): string[] {
  const parents = new Map(pids().map((child) => [child, parentOf(child)]));
  const isBelow = (child: string): boolean => {
    const parent = parents.get(child);
    return parent !== undefined && (parent === `${pid}` || isBelow(parent));
  };
  const below = pids().filter(isBelow).map(namespaceOf);
  return [...new Set(below)].filter((name) => name !== "" && name !== namespaceOf("self"));
}

function parentOf(pid: string): string {
  try {
    // The command, in brackets, may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[1]!;
  } catch {
    return "";
  }
}

function namespaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return "";
  }
}

function pids(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function cgroupsOf(folder: string): string[] {
  const name = path.basename(folder);
  const places = readdirSync("/sys/fs/cgroup").map((place) => `/sys/fs/cgroup/${place}/${name}`);
  return [`/sys/fs/cgroup/${name}`, ...places].filter((place) => existsSync(place));
}

/** What a kubelet and kube-proxy would set of the whole machine's. */
function machineSettings(): string {
  const names = ["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"];
  names.push("net/ipv4/ip_forward", "kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes");
  return names.map((name) => readFileSync(`/proc/sys/${name}`, "utf8")).join("");
}
