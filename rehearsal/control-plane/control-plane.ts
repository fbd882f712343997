import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { tool, type ToolName } from "../../tools";
import { UsageError } from "../../lib/ends";
import { Api } from "./api";
import { Child } from "./child";
import { Credentials, type User } from "./credentials";
import { customResourceDefinitions } from "./definitions";
import { folderPrefix } from "./leftovers";
import { nodes } from "./nodes";
import {
  apiServerArguments,
  certificateFile,
  controllerManagerArguments,
  etcdArguments,
  kwokArguments,
  schedulerConfiguration,
} from "./programs";
import { stages, type Images } from "./stages";

/** Programs that a control plane runs. */
export const controlPlaneTools: ToolName[] = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
];

/** What a control plane is started with. */
export interface ControlPlaneOptions {
  /** Zones of the nodes, two nodes in each. */
  zones: string[];
  /** What the simulated kubelets can run. */
  images: Images;
  /** Custom resource definitions that a release will bring, by name; none by default. */
  brought?: string[];
  /** Port of the API server; by default a free one. */
  port?: number;
  /** Ends the bring-up. */
  signal?: AbortSignal;
}

/**
 * A real Kubernetes control plane on this machine: etcd, API server, controller manager and
 * scheduler, with kwok in place of the kubelets, one process per zone. It listens on loopback
 * only, keeps everything in its own folder and leaves nothing behind once stopped.
 */
export class ControlPlane {
  private readonly children: Child[] = [];
  private readonly kubelets = new Map<string, Child>();
  private readonly credentials: Credentials;
  private readonly server: string;
  private readonly ending = new AbortController();
  private bringingUp: Promise<void> = Promise.resolve();
  private fail!: (error: Error) => void;

  /** Only one comes up at a time: side by side they slow each other down. */
  private static turn: Promise<unknown> = Promise.resolve();

  /** Seconds that the bring-up took. */
  seconds = NaN;
  /** Rejects when one of the control plane's programs ends by itself. */
  readonly failure = new Promise<never>((_, reject) => (this.fail = reject));
  /** The API as administrator. */
  api!: Api;
  /** Path of the administrator's kubeconfig. */
  kubeconfig!: string;

  private constructor(
    private readonly options: ControlPlaneOptions,
    /** Its folder, removed by {@link stop}. */
    readonly folder: string,
    private readonly port: number,
  ) {
    this.credentials = new Credentials(folder);
    this.server = `https://127.0.0.1:${port}`;
    this.failure.catch(() => {});
  }

  /** Resolves once all nodes are Ready. After a failure nothing is left. */
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const started = ControlPlane.turn.then(() => ControlPlane.startNow(options));
    ControlPlane.turn = started.catch(() => {});
    return started;
  }

  private static async startNow(options: ControlPlaneOptions): Promise<ControlPlane> {
    options.signal?.throwIfAborted();
    const start = performance.now();
    const folder = await mkdtemp(path.join(os.tmpdir(), `${folderPrefix}${process.pid}-`));
    const plane = new ControlPlane(options, folder, options.port ?? (await freePort()));
    try {
      plane.bringingUp = plane.bringUp();
      await Promise.race([plane.bringingUp, plane.failure, aborted(options.signal)]);
      plane.seconds = (performance.now() - start) / 1000;
      return plane;
    } catch (error) {
      await plane.stop();
      throw portTaken(error, plane.port) ?? error;
    }
  }

  get zones(): string[] {
    return this.options.zones;
  }

  /** Names of a zone's nodes. */
  nodesOf(zone: string): string[] {
    return nodes(this.zones)
      .filter(({ metadata }) => metadata.labels["topology.kubernetes.io/zone"] === zone)
      .map(({ metadata }) => metadata.name);
  }

  /** Zone of a node. */
  zoneOf(node: string): string {
    return this.zones.find((zone) => this.nodesOf(zone).includes(node))!;
  }

  /** Kills the process that answers for a zone's nodes, as a loss of power would. */
  async loseZone(zone: string): Promise<void> {
    await this.kubelets.get(zone)!.kill();
  }

  /** Brings a lost zone's nodes back. */
  async restoreZone(zone: string): Promise<void> {
    await this.startKubelets(zone);
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
    await Promise.all(this.children.map((child) => child.kill()));
  }

  private async bringUp(): Promise<void> {
    await this.credentials.write();
    await this.run("etcd", "etcd", etcdArguments(this.folder));
    await this.startApiServer();
    await Promise.all([
      this.startControllerManager(),
      this.startScheduler(),
      this.startAllKubelets(),
      ...customResourceDefinitions(this.options.brought).map((definition) =>
        this.api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition),
      ),
      ...nodes(this.zones).map((node) => this.api.create("/api/v1/nodes", node)),
    ]);
    await this.nodesReady();
  }

  private async startApiServer(): Promise<void> {
    const args = apiServerArguments(this.folder, this.port, this.credentials);
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
    return api.get("/readyz").then(
      () => pWaitFor.resolveWith(api),
      () => false as const,
    );
  }

  private async startControllerManager(): Promise<void> {
    const kubeconfig = await this.kubeconfigOf("controllerManager");
    const args = controllerManagerArguments(this.folder, kubeconfig, this.credentials);
    await this.run("kube-controller-manager", "kube-controller-manager", args);
  }

  private async startScheduler(): Promise<void> {
    const configuration = schedulerConfiguration(await this.kubeconfigOf("scheduler"));
    const file = await this.write("scheduler.json", JSON.stringify(configuration, null, 2));
    await this.run("kube-scheduler", "kube-scheduler", [`--config=${file}`, "--secure-port=0"]);
  }

  private async startAllKubelets(): Promise<void> {
    await this.write("stages.yaml", stages(this.options.images));
    await Promise.all(this.zones.map((zone) => this.startKubelets(zone)));
  }

  private async startKubelets(zone: string): Promise<void> {
    const number = this.zones.indexOf(zone) + 1;
    const kubeconfig = await this.kubeconfigOf("kwok");
    const args = kwokArguments(zone, number, kubeconfig, `${this.folder}/stages.yaml`);
    this.kubelets.set(zone, await this.run(`kwok-${zone}`, "kwok", args));
  }

  /** Resolves when every node has said that it is Ready. */
  private async nodesReady(): Promise<void> {
    const waiting = new Set(nodes(this.zones).map((node) => node.metadata.name));
    const watch = new AbortController();
    await new Promise<void>((resolve, reject) => {
      const onNode = (node: Node) => {
        const ready = node.status.conditions?.some(
          (c) => c.type === "Ready" && c.status === "True",
        );
        if (ready) waiting.delete(node.metadata.name);
        if (waiting.size === 0) resolve();
      };
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

  private kubeconfigOf(user: User): Promise<string> {
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

function portTaken(error: unknown, port: number): UsageError | undefined {
  if (!String(error).includes("address already in use")) return undefined;
  return new UsageError(
    `port ${port} on 127.0.0.1 is in use by another program: run again, and another free one is taken`,
  );
}

function aborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
