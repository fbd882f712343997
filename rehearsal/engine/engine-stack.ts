import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Say } from "../drill";
import type { ToolName } from "../../tools";
import type { Program } from "../../plan/program";
import type { Plan } from "../../plan/plan";
import { Engine } from "../../recovery/engine";
import type { StackSettings } from "../../plan/stack-settings";
import { controlPlaneTools } from "../control-plane/control-plane";
import { chartsOf, definitionsIn } from "../workloads/charts";
import { imagesOfReleases } from "../workloads/images";
import { zonesOf } from "../../plan/releases";
import { accountId } from "../../plan/stand-ins";
import type { Result } from "../../lib/processes";
import { EksAndSts } from "../aws/eks-and-sts";
import { chartArtifacts } from "./chart-artifacts";
import { AccountCloud, StandInAccount } from "../aws/account";
import type { StandInCloud } from "../aws/cloud";
import { Ecr } from "../aws/ecr";
import { LoadBalancer } from "../aws/load-balancer";
import { LocalCluster } from "../aws/managed-cluster";
import { endProcessesIn } from "./processes";
import { ProgramHost } from "./program-host";
import { StandInProviders } from "../aws/provider";
import { Workspace } from "./workspace";

/** Outside programs that it runs. */
export const engineTools: ToolName[] = [
  "pulumi",
  "pulumi-resource-kubernetes",
  "helm",
  "crane",
  ...controlPlaneTools,
];

/** What a stack is brought up from. */
export interface EngineOptions {
  root: string;
  /** An empty folder, which {@link EngineStack.stop} removes. */
  folder: string;
  program: Program;
  settings: StackSettings;
  /** The same program's plan. */
  plan: Plan;
  signal: AbortSignal;
  /** Absent: an empty one. */
  account?: StandInAccount;
}

/** A change that a preview announces. */
interface PlannedChange {
  op: string;
  urn: string;
}

/**
 * A stack under the real Pulumi engine, its real Kubernetes provider and a real control plane,
 * with stand-ins for AWS, its registry and the load balancer.
 */
export class EngineStack {
  private readonly closers: (() => unknown)[] = [];
  cloud!: StandInCloud;
  cluster!: LocalCluster;
  aws!: EksAndSts;
  registry!: Ecr;
  /** The account that it is in, with what other stacks have made there. */
  readonly account: StandInAccount;
  private workspace!: Workspace;

  private constructor(readonly options: EngineOptions) {
    this.account = options.account ?? new StandInAccount();
  }

  static async start(options: EngineOptions): Promise<EngineStack> {
    const stack = new EngineStack(options);
    try {
      await stack.prepare();
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Ends every process and removes the folder. */
  async stop(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
    await endProcessesIn(this.options.folder);
    await rm(this.options.folder, { recursive: true, force: true });
  }

  /** Its folder, removed by {@link stop}. */
  get folder(): string {
    return this.options.folder;
  }

  /** Roles that the configuration lets administer the cluster. */
  get administrators(): string[] {
    const { deployRoleArn, adminRoleArns } = clusterSettings(this.options.settings);
    return [deployRoleArn, ...adminRoleArns];
  }

  /** Destroys the cluster with its storage; AWS no longer knows it. */
  async loseCluster(): Promise<void> {
    const { eksClusterName } = await this.outputs();
    await this.cluster.destroy();
    this.cloud.loseCluster(String(eksClusterName));
  }

  /** As `npm run up` does it, without asking; `judged` is false for what the pack would not let through. */
  async up(say?: Say, judged = true): Promise<void> {
    const pack = judged ? ["--policy-pack", "policies"] : [];
    const args = ["up", "--yes", ...pack, ...this.stack()];
    await this.workspace.pulumi(args, say);
  }

  /** What an `up` would change now. */
  async changes(): Promise<PlannedChange[]> {
    const text = await this.workspace.pulumi(["preview", "--json", ...this.stack()]);
    const { steps = [] } = JSON.parse(text) as { steps?: PlannedChange[] };
    return steps.filter(({ op }) => op !== "same" && op !== "read");
  }

  /** The stack's state, as a text that is equal when nothing has changed. */
  state(): Promise<string> {
    return this.workspace.pulumi(["stack", "export", ...this.stack()]);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const text = await this.workspace.pulumi(["stack", "output", "--json", ...this.stack()]);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** The engine as the recovery commands use it, without its output. */
  get engine(): Engine {
    const { checkout, environment } = this.workspace;
    return new Engine(checkout, this.options.settings.stack, { environment, progress: "ignore" });
  }

  /** `npm run rebuild` of this checkout, confirmed. */
  rebuild(args: string[] = [], say?: Say): Promise<Result> {
    return this.confirmed("rebuild", args, say);
  }

  /** A recovery command of this checkout, confirmed. */
  confirmed(command: string, args: string[], say?: Say): Promise<Result> {
    const { stack } = this.options.settings;
    return this.workspace.command(command, [...this.stack(), ...args], `${stack}\n`, say);
  }

  /** A command of the Pulumi CLI on this stack. @throws with its diagnostics when it fails. */
  pulumi(args: string[]): Promise<string> {
    return this.workspace.pulumi([...args, ...this.stack()]);
  }

  private async prepare(): Promise<void> {
    const { root, folder, program, settings, plan, signal } = this.options;
    const { config, stack } = settings;
    const charts = await chartsOf(plan);
    const images = imagesOfReleases(charts.releases);
    const brought = definitionsIn(charts.releases);
    this.cluster = new LocalCluster(
      { zones: zonesOf(plan), images, brought, signal },
      config["aws:region"]!,
    );
    this.closers.push(() => this.cluster.destroy());
    const { deployRoleArn } = clusterSettings(settings);
    this.cloud = new AccountCloud(config, this.cluster, deployRoleArn, this.account);
    const provider = await this.started(StandInProviders.start(this.cloud));
    this.aws = await this.started(
      EksAndSts.start((name) => (this.cloud.hasCluster(name) ? { status: "ACTIVE" } : "absent")),
    );
    const balancer = await this.started(LoadBalancer.start(() => this.cluster.plane?.api));
    this.registry = await this.started(this.ecr());
    const chartDigests = await chartArtifacts(charts, this.registry.artifacts, folder);
    const host = await this.started(ProgramHost.start(program, chartDigests));
    this.workspace = await Workspace.make({
      root,
      folder,
      stack,
      signal,
      client: host.address,
      chartDigests,
      environment: {
        ...provider.environment,
        ...this.aws.environment,
        ...balancer.environment(new URL(String(plan.outputs.url)).hostname),
        ...this.registry.environment,
      },
    });
  }

  /** The registries of the stack's two Regions: no other host answers anybody here. */
  private async ecr(): Promise<Ecr> {
    const { project, config } = this.options.settings;
    const regions = [config["aws:region"], config[`${project}:recoveryRegion`]].filter(Boolean);
    const folder = path.join(this.folder, "ecr");
    await mkdir(folder);
    return Ecr.start({
      folder,
      hosts: regions.map((region) => `${accountId}.dkr.ecr.${region}.amazonaws.com`),
      hasRepository: (name) => this.cloud.has("aws:ecr/repository:Repository", { name }),
    });
  }

  private async started<T extends { stop(): unknown }>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    this.closers.push(() => part.stop());
    return part;
  }

  private stack(): string[] {
    return ["--stack", this.options.settings.stack];
  }
}

function clusterSettings({ config }: StackSettings) {
  return JSON.parse(config["mini-xdr:cluster"]!) as {
    deployRoleArn: string;
    adminRoleArns: string[];
  };
}
