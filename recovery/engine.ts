import { readFileSync } from "node:fs";
import path from "node:path";
import spawn, { type SubprocessError } from "nano-spawn";
import { ends, Failure, MissingTool, UsageError, type Stopped } from "../lib/ends";
import { CommandFailed, run } from "../lib/processes";
import { dueCertificates, plannedCertificates } from "./certificates";
import { registryLogin } from "../lib/registry-login";

/** Outputs of the stack that the recovery commands act on; the end of index.ts exports them. */
export interface Outputs {
  url: string;
  loadBalancerDnsName: string;
  databaseIdentifier: string;
  databaseTopology: "cluster" | "instance";
  databaseArn: string;
  databaseWriterHost: string;
  eksClusterName: string;
  regions: { primary: string; recovery?: string };
}

/** A change that the engine plans. */
export interface PlannedStep {
  op: string;
  urn: string;
  /** Paths of properties that differ. */
  detailedDiff?: Record<string, unknown> | null;
}

/** A resource in the stack's state. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** How the engine is run. */
export interface EngineOptions {
  environment?: NodeJS.ProcessEnv;
  /** Where long commands show their output. */
  progress?: "inherit" | "ignore";
  /** Interrupts a long command. */
  stop?: AbortSignal;
}

/** The Pulumi engine, for one stack; its program is the `pulumi` on the PATH. */
export class Engine {
  private running: Promise<unknown> = Promise.resolve();
  private readonly options: EngineOptions;

  constructor(
    private readonly root: string,
    private readonly stack: string,
    options: EngineOptions = {},
  ) {
    const environment = { ...process.env, ...options.environment };
    // As npm run up has it: releases take their charts from the stack's registry.
    this.options = { ...options, environment: { ...environment, ...registryLogin(environment) } };
  }

  /** Resolves once nothing of it runs: an interrupted update first brings its state up to date. */
  async idle(): Promise<void> {
    await this.running;
  }

  async outputs(): Promise<Outputs> {
    const outputs = await this.json<Outputs>(["stack", "output", "--json"]);
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
   * @param deleteUnreachable forgets what a cluster that does not answer held. For one run only:
   * during a network fault it would forget live resources.
   */
  async refresh(deleteUnreachable: boolean): Promise<void> {
    await this.show(
      ["refresh", "--yes", "--skip-preview"],
      deleteUnreachable ? { PULUMI_K8S_DELETE_UNREACHABLE: "true" } : {},
    );
  }

  /** As `npm run up` does it: never without the policy pack. */
  async up(): Promise<void> {
    const pack = path.join(this.root, "policies");
    await this.show(["up", "--yes", "--skip-preview", "--policy-pack", pack]);
  }

  /**
   * The same for a person at a terminal, whom Pulumi itself asks before anything happens. Certificates
   * that are due are made anew.
   *
   * @param words further options of `pulumi up`
   * @param plan file of a saved plan: what is in it happens, its new certificates included, or nothing more
   * @returns Pulumi's exit code
   */
  async upAsked(words: string[], plan?: string): Promise<number> {
    if (plan === undefined) return this.asked("up", await this.dueNow(), words);
    return this.asked("up", plannedCertificates(plan), ["--plan", plan, ...words]);
  }

  /** Plans an `up` for {@link upAsked}, under the policy pack, and writes it to a file; nothing is changed. */
  async savePlan(file: string, words: string[]): Promise<number> {
    const saved = ["--save-plan", file, "--diff", "--non-interactive"];
    return this.asked("preview", await this.dueNow(), [...saved, ...words]);
  }

  private async dueNow(): Promise<string[]> {
    return dueCertificates(await this.resources(), Date.now());
  }

  private async asked(verb: "up" | "preview", anew: string[], words: string[]): Promise<number> {
    const { environment: env, stop } = this.options;
    const pack = path.join(this.root, "policies");
    const where = ["--stack", this.stack, "--cwd", this.root];
    const replaced = anew.flatMap((urn) => ["--replace", urn]);
    const args = [verb, "--policy-pack", pack, ...replaced, ...where, ...words];
    const running = spawn("pulumi", args, { stdio: "inherit", env });
    const child = await running.nodeChildProcess.catch(() => undefined);
    // A terminal's Ctrl-C has reached it already, and at a second interrupt it drops its state.
    const interrupt = () => (stop!.reason as Stopped).signal === "SIGINT" || child?.kill("SIGINT");
    stop?.addEventListener("abort", interrupt);
    try {
      await running;
      return ends.done;
    } catch (error) {
      const { exitCode, cause } = error as SubprocessError;
      if ((cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") throw notOnPath();
      if (stop?.aborted) throw stop.reason;
      return exitCode ?? ends.broken;
    } finally {
      stop?.removeEventListener("abort", interrupt);
    }
  }

  async preview(): Promise<PlannedStep[]> {
    const { steps = [] } = await this.json<{ steps?: PlannedStep[] }>(["preview", "--json"]);
    return steps;
  }

  /** What is really there, compared with the state, which stays as it is; by resource, in `steps`. */
  async lookedAt(words: string[]): Promise<PlannedStep[]> {
    const looked = ["refresh", "--preview-only", "--json", ...words];
    return (await this.json<{ steps?: PlannedStep[] }>(looked)).steps ?? [];
  }

  async resources(): Promise<StateResource[]> {
    // A stack in which nothing has been made yet has no list.
    return (await this.json<Deployment>(["stack", "export"])).deployment.resources ?? [];
  }

  /** Points resources of the state at others of the cloud: new ids by old ones. */
  async repoint(ids: Map<string, string>): Promise<void> {
    const state = await this.json<Deployment>(["stack", "export"]);
    for (const resource of state.deployment.resources ?? [])
      if (resource.id && ids.has(resource.id)) resource.id = ids.get(resource.id)!;
    await this.read(["stack", "import"], JSON.stringify(state));
  }

  private async json<T extends object>(args: string[]): Promise<T> {
    const text = await this.read(args);
    try {
      // What is no object is no answer either.
      return Object.assign(JSON.parse(text) as T);
    } catch (error) {
      throw new Failure(`pulumi ${args.join(" ")}: its answer is no JSON object`, { cause: error });
    }
  }

  private async read(args: string[], input?: string): Promise<string> {
    const { environment: env, stop: signal } = this.options;
    const result = await run("pulumi", this.args(args), { input, env, signal }).catch((error) => {
      throw error instanceof MissingTool ? notOnPath() : error;
    });
    signal?.throwIfAborted();
    if (result.code === 0) return result.stdout;
    // The npm package `pulumi` fetches the CLI at its first use.
    const reason = /^Downloading pulumi v[^]*^pulumi: (.*)/m.exec(result.stderr)?.[1];
    if (reason) throw missing(`the npm package pulumi could not fetch it (${reason})`);
    throw new UsageError(new CommandFailed("pulumi", result).message);
  }

  /** Runs a long command and shows its output as it happens. */
  private async show(args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const { environment, progress = "inherit", stop } = this.options;
    const running = spawn("pulumi", this.args(args), {
      env: { ...environment, ...env },
      stdio: ["ignore", progress, "pipe"],
      // Out of reach of the terminal's Ctrl-C: at a second interrupt it drops its state.
      detached: true,
    });
    // Whole only when the pipe is closed: the npm package's wrapper ends before the CLI below it.
    this.running = running.catch(() => undefined);
    const child = await running.nodeChildProcess.catch(() => undefined);
    child?.stderr!.pipe(process.stderr, { end: false });
    const interrupt = () => {
      try {
        process.kill(-child!.pid!, "SIGINT");
      } catch {
        // It has just ended.
      }
    };
    stop?.addEventListener("abort", interrupt);
    try {
      await running;
    } catch (error) {
      const { exitCode, cause } = error as SubprocessError;
      if ((cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") throw notOnPath();
      throw new Failure(
        `pulumi ${args[0]} ended with exit code ${exitCode ?? 1}; a stack that a broken run left locked is freed by: pulumi cancel --stack ${this.stack}`,
      );
    } finally {
      stop?.removeEventListener("abort", interrupt);
    }
  }

  private args(args: string[]): string[] {
    return [...args, "--stack", this.stack, "--cwd", this.root, "--non-interactive"];
  }
}

interface Deployment {
  deployment: { resources?: StateResource[] };
}

function notOnPath(): MissingTool {
  return missing("it is not on the PATH");
}

function missing(obstacle: string): MissingTool {
  const file = path.join(__dirname, "../package.json");
  const { devDependencies } = JSON.parse(readFileSync(file, "utf8")) as Package;
  return new MissingTool(
    `pulumi: ${obstacle}: install the Pulumi CLI ${devDependencies.pulumi} (https://www.pulumi.com/docs/install/) and put it on the PATH`,
  );
}

interface Package {
  devDependencies: { pulumi: string };
}
