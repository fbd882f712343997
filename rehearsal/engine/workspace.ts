import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Say } from "../drill";
import { tool } from "../../tools";
import { endsWithParent } from "../../lib/ends-with-parent";
import { copyCheckout } from "../../lib/checkout";
import { run, type Result, type RunOptions } from "../../lib/processes";
import { registryLogin } from "../../lib/registry-login";
import type { Pins } from "../../upstream/upstream";

/** How a workspace is made. */
export interface WorkspaceOptions {
  root: string;
  /** An empty folder, which the caller removes. */
  folder: string;
  stack: string;
  /** Address of the program's host. */
  client: string;
  /** Digests of the charts in the stand-in's registry, which the pack is to expect. */
  chartDigests: Record<string, string>;
  /** Where the engine finds the stand-ins. */
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/**
 * A copy of the checkout with the real Pulumi CLI, whose state is in a folder. The CLI starts its
 * real Kubernetes provider and the project's policy pack by itself.
 */
export class Workspace {
  private constructor(
    private readonly options: WorkspaceOptions,
    /** Of every program that works on the stack. */
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async make(options: WorkspaceOptions): Promise<Workspace> {
    const { root, folder } = options;
    const checkout = path.join(folder, "checkout");
    await copyCheckout(root, checkout);
    await pinTo(checkout, options.chartDigests);
    const bin = await programs(folder, options.client);
    const state = path.join(folder, "state");
    await mkdir(state);
    const workspace = new Workspace(options, {
      ...process.env,
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("hex"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Whoever recovers has the engine's plugins (docs/runbooks/README.md); here they are attached.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NODE_NO_WARNINGS: "1",
      // The stand-in checks no credentials.
      AWS_ACCESS_KEY_ID: "stand-in",
      AWS_SECRET_ACCESS_KEY: "stand-in",
      ...options.environment,
      PATH: `${bin}:${options.environment.PATH}`,
    });
    await workspace.pulumi(["stack", "init", options.stack]);
    return workspace;
  }

  get checkout(): string {
    return path.join(this.options.folder, "checkout");
  }

  /** Runs the CLI to its end, as `npm run up` does. @throws with its diagnostics when it fails. */
  async pulumi(args: string[], say?: Say): Promise<string> {
    const { code, stdout, stderr } = await run("pulumi", [...args, "--non-interactive"], {
      ...this.running(say),
      env: { ...this.environment, ...registryLogin(this.environment) },
    });
    if (code === 0) return stdout;
    throw new Error(`pulumi ${args[0]}: exit code ${code}: ${diagnostics(stdout + stderr)}`);
  }

  /** Runs one of the checkout's commands as npm does, and answers its question. */
  command(name: string, args: string[], answer: string, say?: Say): Promise<Result> {
    const launcher = path.join(this.checkout, "commands/run.cjs");
    return run(process.execPath, [launcher, name, ...args], {
      ...this.running(say),
      input: answer,
    });
  }

  private running(say?: Say): RunOptions {
    const { checkout: cwd, environment: env } = this;
    const onLine = (line: string) => void (/\S/.test(line) && say?.(line.trim()));
    // Its state is thrown away: no need for an orderly end.
    return { cwd, env, signal: this.options.signal, killSignal: "SIGKILL", onLine };
  }
}

/** What the CLI says of failed resources and broken rules. */
function diagnostics(text: string): string {
  const lines = text.split("\n").filter((line) => /error|mandatory|failed/i.test(line));
  return lines.map((line) => line.trim()).join("; ") || text.trim().slice(-500);
}

/** A folder for the PATH: the CLI, which finds its program at `client`, and its plugins. */
async function programs(folder: string, client: string): Promise<string> {
  const bin = path.join(folder, "bin");
  await mkdir(bin);
  const pulumi = endsWithParent(await tool("pulumi"), ['"$@"']).join(" ");
  await script(
    path.join(bin, "pulumi"),
    `case "$1" in up | preview) exec ${pulumi} --client=${client} ;; *) exec ${pulumi} ;; esac`,
  );
  const kubernetes = "pulumi-resource-kubernetes";
  await symlink(await tool(kubernetes), path.join(bin, kubernetes));
  // What ships beside the CLI under this name does the same.
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  await script(
    path.join(bin, "pulumi-analyzer-policy-nodejs"),
    `exec ${process.execPath} ${runner} "$@"`,
  );
  return bin;
}

async function script(file: string, line: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${line}\n`);
  await chmod(file, 0o755);
}

/** Tells the copied pack the digests that charts have in the stand-in's registry. */
async function pinTo(checkout: string, digests: Record<string, string>): Promise<void> {
  const file = path.join(checkout, "upstream/pins.json");
  const pins = JSON.parse(await readFile(file, "utf8")) as Pins;
  for (const [name, digest] of Object.entries(digests)) pins.charts[name]!.digest = digest;
  await writeFile(file, JSON.stringify(pins));
}
