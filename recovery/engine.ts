import { spawn } from "node:child_process";
import path from "node:path";
import { CommandFailed, output } from "../lib/processes";
import { UsageError } from "../lib/ends";

/** Outputs of the stack that the recovery commands act on; the end of index.ts exports them. */
export interface Outputs {
  url: string;
  loadBalancerDnsName: string;
  databaseIdentifier: string;
  databaseTopology: "cluster" | "instance";
  databaseArn: string;
  databaseWriterHost: string;
  eksClusterName: string;
  regions: { primary: string; recovery: string };
}

/** A change that the engine plans. */
export interface PlannedStep {
  op: string;
  urn: string;
}

/** A resource in the stack's state. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
}

/** The Pulumi engine, for one stack; its program is the `pulumi` on the PATH. */
export class Engine {
  constructor(
    private readonly root: string,
    private readonly stack: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
    /** Where what takes long is shown. */
    private readonly progress: "inherit" | "ignore" = "inherit",
  ) {}

  async outputs(): Promise<Outputs> {
    const outputs = JSON.parse(await this.read(["stack", "output", "--json"])) as Outputs;
    for (const name of ["url", "eksClusterName", "databaseArn", "regions"] as const)
      if (outputs[name] === undefined)
        throw new UsageError(
          `--stack ${this.stack}: its state has no output ${name}; bring it up once with npm run up`,
        );
    return outputs;
  }

  /**
   * Reads what is really there into the state.
   *
   * @param deleteUnreachable forgets what a cluster that does not answer held. For this run alone:
   * during a mere network fault it would forget live resources.
   */
  async refresh(deleteUnreachable: boolean): Promise<void> {
    await this.run(
      ["refresh", "--yes", "--skip-preview"],
      deleteUnreachable ? { PULUMI_K8S_DELETE_UNREACHABLE: "true" } : {},
    );
  }

  /** As `npm run up` does it: never without the policy pack. */
  async up(): Promise<void> {
    const pack = path.join(this.root, "policies");
    await this.run(["up", "--yes", "--skip-preview", "--policy-pack", pack]);
  }

  async preview(): Promise<PlannedStep[]> {
    const text = await this.read(["preview", "--json"]);
    return (JSON.parse(text) as { steps?: PlannedStep[] }).steps ?? [];
  }

  async resources(): Promise<StateResource[]> {
    return (JSON.parse(await this.read(["stack", "export"])) as Deployment).deployment.resources;
  }

  /** Lets resources of the state stand for others of the cloud: new ids by old ones. */
  async repoint(ids: Map<string, string>): Promise<void> {
    const state = JSON.parse(await this.read(["stack", "export"])) as Deployment;
    for (const resource of state.deployment.resources)
      if (resource.id && ids.has(resource.id)) resource.id = ids.get(resource.id)!;
    const input = JSON.stringify(state);
    await output("pulumi", this.args(["stack", "import"]), { input, env: this.environment });
  }

  private read(args: string[]): Promise<string> {
    return output("pulumi", this.args(args), { env: this.environment }).catch(explained);
  }

  /** What takes long is shown as it happens. */
  private async run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const child = spawn("pulumi", this.args(args), {
      env: { ...this.environment, ...env },
      stdio: ["ignore", this.progress, "inherit"],
    });
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", reject).on("close", (ended) => resolve(ended ?? 1));
    }).catch(explained);
    if (code !== 0)
      throw new Error(
        `pulumi ${args[0]} ended with exit code ${code}; a stack that a broken run left locked is freed by: pulumi cancel --stack ${this.stack}`,
      );
  }

  private args(args: string[]): string[] {
    return [...args, "--stack", this.stack, "--cwd", this.root, "--non-interactive"];
  }
}

interface Deployment {
  deployment: { resources: StateResource[] };
}

function explained(error: NodeJS.ErrnoException): never {
  if (error.code === "ENOENT")
    throw new UsageError(
      "pulumi: it is not on the PATH; start this command with npm run, which finds it",
    );
  if (error instanceof CommandFailed) throw new UsageError(error.message);
  throw error;
}
