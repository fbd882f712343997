import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { start } from "../../lib/processes";
import { dnsAddress, fabricAddress, nodeAddress, podRange, podsRange } from "./addresses";
import type { Authority } from "../sandbox/certificates";
import type { Cgroups } from "./cgroups";
import type { Fabric } from "./fabric";
import type { NodePrograms } from "./programs";
import { containerdSettings, kubeletSettings, kubeProxySettings, podNetwork } from "./settings";

/** What all nodes of a run share. */
export interface NodeSurroundings {
  /** Folder of all nodes. */
  folder: string;
  fabric: Fabric;
  cgroups: Cgroups;
  programs: NodePrograms;
  /** Signs kubelets' certificates, and by it they know the API server. */
  authority: Authority;
  /** Address of the DNS beyond the cluster's; none: there are no such names. */
  resolver?: string;
  /** Writes a client's kubeconfig and returns its path. */
  kubeconfigOf(user: string): Promise<string>;
  /** Hears that a node ended by itself. */
  fail(error: Error): void;
}

/** Which of the nodes it is. */
export interface Place {
  name: string;
  zone: string;
  /** From 1; its addresses follow. */
  number: number;
  /** Its part of this machine's memory, from 0 to 1. */
  share: number;
}

/** Starts of any node of this process: each has cgroups of its own. */
let starts = 0;

/**
 * A machine of its own, as far as Kubernetes can see: network, mounts, processes, host name and
 * cgroups, with containerd, kubelet and kube-proxy in it. Its disk is a folder that survives a cut.
 */
export class Node {
  readonly name: string;
  readonly zone: string;
  readonly number: number;
  readonly address: string;
  /** Its pods' addresses. */
  readonly pods: string;
  private readonly folder: string;
  private readonly share: number;
  private routes = "";
  private machine?: Machine;

  constructor(
    { name, zone, number, share }: Place,
    private readonly around: NodeSurroundings,
  ) {
    this.name = name;
    this.zone = zone;
    this.number = number;
    this.share = share;
    this.address = nodeAddress(number);
    this.pods = podRange(number);
    this.folder = path.join(around.folder, name);
  }

  /** Its disk's /var/lib, to be filled before it starts. */
  get disk(): string {
    return path.join(this.folder, "lib");
  }

  /** Logs of its containerd, kubelet, kube-proxy and first process. */
  get logs(): string {
    return path.join(this.folder, "log");
  }

  /** Process id of its first process, as the sandbox has it. @throws when it has no power. */
  get pid(): number {
    if (!this.machine?.pid) throw new Error(`node ${this.name} has no power`);
    return this.machine.pid;
  }

  /** Command prefix that runs a program on the node; the working directory becomes /. */
  inside(): string[] {
    const namespaces = ["--mount", "--net", "--pid", "--ipc", "--uts", "--cgroup", "--wd=/"];
    return ["nsenter", `--target=${this.pid}`, ...namespaces, "--"];
  }

  /** Writes its settings, once. @param neighbours the other nodes */
  async install(neighbours: Node[]): Promise<void> {
    const { programs, authority, resolver, kubeconfigOf } = this.around;
    const network = path.join(this.folder, "network");
    for (const folder of [this.disk, this.logs, network]) await mkdir(folder, { recursive: true });
    const write = (name: string, content: string | object) =>
      writeFile(
        path.join(this.folder, name),
        typeof content === "string" ? content : JSON.stringify(content, null, 2),
      );
    const { address, name, share } = this;
    const serving = await authority.sign(name, [name, address]);
    const kubelet = { address, clientAuthority: authority.file, serving, share };
    await Promise.all([
      write("resolv.conf", resolver ? `nameserver ${resolver}\n` : "search invalid\n"),
      write("containerd.toml", containerdSettings(network, programs.networkPlugins)),
      write("network/pods.conflist", podNetwork(this.pods)),
      write(
        "kubelet.json",
        kubeletSettings({ ...kubelet, resolver: path.join(this.folder, "resolv.conf") }),
      ),
      write("kube-proxy.json", kubeProxySettings(name, address, await kubeconfigOf("kubeProxy"))),
    ]);
    this.routes = neighbours.map((node) => `${node.pods}=${node.address}`).join(" ");
  }

  /** Gives it power. Resolves once its programs have been started; when it is Ready, the API says. */
  async start(): Promise<void> {
    const { fabric, fail } = this.around;
    const log = await open(path.join(this.logs, "init.log"), "a");
    const child = await start("/bin/sh", ["-c", enter, "sh", ...(await this.command())], {
      stdio: ["pipe", log.fd, log.fd, "pipe"],
      detached: true,
      env: await this.environment(),
    }).finally(() => log.close());
    const machine: Machine = { process: child, ended: once(child, "exit") };
    this.machine = machine;
    void machine.ended.then(() => {
      if (this.machine === machine) fail(new Error(`node ${this.name} ended by itself`));
    });
    const lines = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
    const said = async () => {
      const line = await lines.next();
      if (!line.done) return line.value;
      throw new Error(`node ${this.name} did not start: see ${this.logs}/init.log`);
    };
    machine.pid = Number(await said());
    await fabric.connect(this.number, machine.pid);
    child.stdin!.write("\n");
    await said();
  }

  /** Ends everything on it at once. Its disk stays. Without effect on a node without power. */
  async cutPower(): Promise<void> {
    const { machine } = this;
    if (!machine) return;
    this.machine = undefined;
    // While it starts, there is only the process that made its namespaces; both go together.
    process.kill(machine.pid ?? machine.process.pid!, "SIGKILL");
    await machine.ended;
    await this.around.fabric.forget(this.number);
  }

  /** Cuts it off from everybody, while it runs on. */
  async cutCable(): Promise<void> {
    await this.around.fabric.cut(this.number);
  }

  /** Undoes {@link cutCable}. */
  async mendCable(): Promise<void> {
    await this.around.fabric.mend(this.number);
  }

  private async command(): Promise<string[]> {
    // New ones each time: from old ones a kubelet would think that its containers still run.
    const cgroups = await this.around.cgroups.create(`${this.name}.${++starts}`);
    const namespaces = ["--net", "--mount", "--uts", "--ipc", "--pid", "--cgroup"];
    const ending = ["--fork", "--kill-child=SIGKILL", "--propagation", "private"];
    const init = ["/bin/sh", path.join(__dirname, "node-init.sh")];
    return [cgroups.join(" "), "unshare", ...namespaces, ...ending, "--", ...init];
  }

  private async environment(): Promise<NodeJS.ProcessEnv> {
    const { programs, cgroups, kubeconfigOf } = this.around;
    return {
      NODE_FOLDER: this.folder,
      NODE_NAME: this.name,
      NODE_ADDRESS: this.address,
      NODE_ROUTES: this.routes,
      GATEWAY: fabricAddress,
      PODS: podsRange,
      DNS: dnsAddress,
      CGROUP_VERSION: `${cgroups.version}`,
      CGROUP_MOUNTS: cgroups.mounts,
      SYSROOT: programs.sysroot,
      PATH: programs.path,
      KUBECONFIG: await kubeconfigOf(userOf(this.name)),
    };
  }
}

/** A node with power. */
interface Machine {
  /** The process that made its namespaces, which ends after its first process. */
  process: ChildProcess;
  /** Its first process, once that runs. */
  pid?: number;
  ended: Promise<unknown>;
}

/** What the API server's client on a node is called here. */
export function userOf(node: string): string {
  return `node-${node}`;
}

// The cgroup namespace begins where the process is when it is made: first it enters its cgroups.
const enter = `for cgroup in $1; do echo $$ >"$cgroup/cgroup.procs" || exit 1; done; shift; exec "$@"`;
