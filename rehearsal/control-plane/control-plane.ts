import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { tool, type ToolName } from "../../tools";
import { UsageError } from "../../lib/ends";
import { Api } from "./api";
import { Child } from "./child";
import { Credentials, type Users } from "./credentials";
import { customResourceDefinitions } from "./definitions";
import { folderPrefix } from "./leftovers";
import type { Nodes, Surroundings } from "./nodes";
import {
  apiServerArguments,
  certificateFile,
  controllerManagerArguments,
  etcdArguments,
  schedulerConfiguration,
} from "./programs";
import { SimulatedNodes, simulatedNodesTools } from "./simulated-nodes";
import type { Images } from "./stages";

/** Programs of a control plane without its nodes'. */
export const planeTools: ToolName[] = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
];

/** Programs of a control plane with simulated nodes. */
export const controlPlaneTools: ToolName[] = [...planeTools, ...simulatedNodesTools];

/** Seconds in which nodes have to be Ready: one that cannot start stays NotReady for good. */
const nodesReadyLimit = 180;

/** What a control plane is started with. */
export type ControlPlaneOptions = NodesOptions & {
  /** Custom resource definitions that a release will bring, by name; none by default. */
  brought?: string[];
  /** Clients beside its own and its nodes', with a kubeconfig each; none by default. */
  users?: Users;
  /** Port of the API server; by default a free one. */
  port?: number;
  /** Where its folder is made; by default among the machine's temporary ones. */
  parent?: string;
  /** Ends the bring-up. */
  signal?: AbortSignal;
};

/** Nodes of any kind, or by default simulated ones: the zones, and what their kubelets can run. */
type NodesOptions = { nodes: Nodes } | { zones: string[]; images: Images };

/**
 * A real Kubernetes control plane on this machine: etcd, API server, controller manager and
 * scheduler. By default its nodes are simulated, and it listens on loopback only. It keeps
 * everything in its own folder and leaves nothing behind once stopped.
 */
export class ControlPlane {
  private readonly children: Child[] = [];
  private readonly credentials: Credentials;
  private readonly server: string;
  private readonly ending = new AbortController();
  private readonly ended = aborted(this.ending.signal);
  private bringingUp: Promise<void> = Promise.resolve();
  private fail!: (error: Error) => void;

  /** Only one comes up at a time: side by side they slow each other down. */
  private static turn: Promise<unknown> = Promise.resolve();

  /** Seconds until all nodes were Ready. */
  readySeconds = NaN;
  /** Seconds that the bring-up took, with what real nodes run by themselves. */
  seconds = NaN;
  /** Rejects when one of the control plane's programs ends by itself. */
  readonly failure = new Promise<never>((_, reject) => (this.fail = reject));
  /** The API as administrator. */
  api!: Api;
  /** Path of the administrator's kubeconfig. */
  kubeconfig!: string;

  private constructor(
    readonly nodes: Nodes,
    /** Its folder, removed by {@link stop}. */
    readonly folder: string,
    private readonly port: number,
    private readonly brought: string[] = [],
    users: Users = {},
  ) {
    this.credentials = new Credentials(folder, { ...nodes.users, ...users });
    this.server = `https://${nodes.serverAddress}:${port}`;
    for (const promise of [this.failure, this.ended]) promise.catch(() => {});
  }

  /** Resolves once all nodes are Ready. After a failure nothing is left. */
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const started = ControlPlane.turn.then(() => ControlPlane.startNow(options));
    ControlPlane.turn = started.catch(() => {});
    return started;
  }

  private static async startNow(options: ControlPlaneOptions): Promise<ControlPlane> {
    options.signal?.throwIfAborted();
    const { parent = os.tmpdir(), port = await freePort() } = options;
    const folder = await mkdtemp(path.join(parent, `${folderPrefix}${process.pid}-`));
    const nodes =
      "nodes" in options ? options.nodes : new SimulatedNodes(options.zones, options.images);
    const plane = new ControlPlane(nodes, folder, port, options.brought, options.users);
    try {
      plane.bringingUp = plane.bringUp();
      await Promise.race([plane.bringingUp, plane.failure, aborted(options.signal)]);
      return plane;
    } catch (error) {
      await plane.stop();
      throw portTaken(error, nodes.serverAddress, plane.port) ?? error;
    }
  }

  get zones(): string[] {
    return this.nodes.zones;
  }

  /** Names of a zone's nodes. */
  nodesOf(zone: string): string[] {
    return this.nodes
      .objects()
      .filter(({ metadata }) => metadata.labels["topology.kubernetes.io/zone"] === zone)
      .map(({ metadata }) => metadata.name);
  }

  /** Zone of a node. */
  zoneOf(node: string): string {
    return this.zones.find((zone) => this.nodesOf(zone).includes(node))!;
  }

  /** Takes the power from a zone's nodes. Returns how, in words. */
  async loseZone(zone: string): Promise<string> {
    return this.nodes.loseZone(zone);
  }

  /** Brings a lost zone's nodes back. */
  async restoreZone(zone: string): Promise<void> {
    await this.nodes.restoreZone(zone);
  }

  /** Ends every process and removes the folder, storage included. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.killAll();
    // Without its programs a bring-up soon fails, and starts none any more.
    await this.bringingUp.catch(() => {});
    await this.killAll();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async killAll(): Promise<void> {
    await Promise.all([this.nodes.stop(), ...this.children.map((child) => child.kill())]);
  }

  private async bringUp(): Promise<void> {
    const start = performance.now();
    await this.credentials.write();
    await this.run("etcd", "etcd", etcdArguments(this.folder));
    await this.startApiServer(await this.nodes.prepare(this.folder));
    const objects = this.nodes
      .objects()
      .map((node) => this.api.create("/api/v1/nodes", { apiVersion: "v1", kind: "Node", ...node }));
    await Promise.all([
      this.startControllerManager(),
      this.startScheduler(),
      Promise.all(objects).then(() => this.nodes.start(this.surroundings())),
      ...customResourceDefinitions(this.brought).map((definition) =>
        this.api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition),
      ),
    ]);
    await this.nodesReady();
    this.readySeconds = secondsSince(start);
    await this.nodes.settle();
    this.seconds = secondsSince(start);
  }

  private async startApiServer(ofNodes: string[]): Promise<void> {
    const { serverAddress } = this.nodes;
    const { folder, port, credentials } = this;
    const args = apiServerArguments(folder, serverAddress, port, credentials, ofNodes);
    await this.run("kube-apiserver", "kube-apiserver", args);
    // The API server does not announce that it is ready.
    this.api = await pWaitFor(() => this.readyApi(), { interval: 100 });
    this.kubeconfig = await this.kubeconfigOf("administrator");
  }

  /** The API, once its server is ready and has made its certificate. */
  private async readyApi() {
    this.ending.signal.throwIfAborted();
    const authority = await readFile(certificateFile(this.folder), "utf8").catch(() => "");
    if (!authority) return false;
    const api = new Api(this.server, this.credentials.token("administrator"), authority);
    const ready = api.get("/readyz").then(
      () => pWaitFor.resolveWith(api),
      () => false as const,
    );
    // Another program on the port may never answer.
    return Promise.race([ready, this.ended]);
  }

  private async startControllerManager(): Promise<void> {
    const kubeconfig = await this.kubeconfigOf("controllerManager");
    const certificates = [await readFile(certificateFile(this.folder), "utf8")];
    if (this.nodes.authorityPem) certificates.push(this.nodes.authorityPem);
    const trusted = await this.write("trusted.crt", certificates.join("\n"));
    const args = controllerManagerArguments(trusted, kubeconfig, this.credentials);
    await this.run("kube-controller-manager", "kube-controller-manager", args);
  }

  private async startScheduler(): Promise<void> {
    const configuration = schedulerConfiguration(await this.kubeconfigOf("scheduler"));
    const file = await this.write("scheduler.json", JSON.stringify(configuration, null, 2));
    await this.run("kube-scheduler", "kube-scheduler", [`--config=${file}`, "--secure-port=0"]);
  }

  private surroundings(): Surroundings {
    return {
      api: this.api,
      server: this.server,
      folder: this.folder,
      kubeconfigOf: (user) => this.kubeconfigOf(user),
      write: (name, content) => this.write(name, content),
      run: (name, program, args) => this.run(name, program, args),
      fail: (error) => this.fail(error),
    };
  }

  /** Resolves when every node has said that it is Ready. */
  private async nodesReady(): Promise<void> {
    const waiting = new Set(this.nodes.objects().map((node) => node.metadata.name));
    const watch = new AbortController();
    const limit = AbortSignal.timeout(nodesReadyLimit * 1000);
    await new Promise<void>((resolve, reject) => {
      const onNode = (node: Node) => {
        const ready = node.status.conditions?.some(
          (c) => c.type === "Ready" && c.status === "True",
        );
        if (ready) waiting.delete(node.metadata.name);
        if (waiting.size === 0) resolve();
      };
      limit.addEventListener("abort", () => {
        reject(new Error(`not Ready after ${nodesReadyLimit} s: ${[...waiting].join(", ")}`));
      });
      this.api
        .watch<Node>("/api/v1/nodes", ({ object }) => onNode(object), reject, watch.signal)
        .catch(reject);
    }).finally(() => watch.abort());
  }

  private async run(name: string, program: ToolName, args: string[]): Promise<Child> {
    const executable = await tool(program);
    this.ending.signal.throwIfAborted();
    const child = await Child.start(name, executable, args, this.folder);
    this.children.push(child);
    if (this.ending.signal.aborted) await child.kill();
    child.unexpectedEnd().catch(this.fail);
    return child;
  }

  /** Path of a kubeconfig for one of its users. */
  kubeconfigOf(user: string): Promise<string> {
    return this.credentials.kubeconfig(user, this.server, certificateFile(this.folder));
  }

  private async write(name: string, content: string): Promise<string> {
    const file = path.join(this.folder, name);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  }
}

interface Node {
  metadata: { name: string };
  status: { conditions?: { type: string; status: string }[] };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function portTaken(error: unknown, address: string, port: number): UsageError | undefined {
  if (!String(error).includes("address already in use")) return undefined;
  return new UsageError(
    `port ${port} on ${address} is in use by another program: run again, and another free one is taken`,
  );
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

function aborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
