import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { copyCheckout } from "../../lib/checkout";
import { run } from "../../lib/processes";
import { evaluate } from "../../plan/evaluate";
import { readStackSettings } from "../../plan/stack-settings";
import { tool } from "../../tools";
import type { Say } from "../drill";
import { EngineStack } from "./engine-stack";

/** How a second stack is configured. */
export interface SecondStackOptions {
  /** Its name. */
  name: string;
  /** `pulumi config` and what follows it, applied to a copy of the first stack's file. */
  configured: string[][];
  /** Why it may be without a copy in another Region; absent: it may not. */
  alone?: { until: string; reason: string };
}

/**
 * A checkout of its own in which a stack is configured as a person on call does it: from the lost
 * stack's file, by the Pulumi CLI, with rendered charts. Of the lost stack's state it reads nothing.
 */
export class SecondStack {
  private constructor(
    private readonly first: EngineStack,
    readonly name: string,
    /** Its checkout. */
    readonly root: string,
  ) {}

  static async configure(
    first: EngineStack,
    { name, configured, alone }: SecondStackOptions,
  ): Promise<SecondStack> {
    const { root, settings } = first.options;
    const checkout = path.join(first.folder, `second-${name}`);
    await copyCheckout(root, checkout);
    const file = path.join(checkout, `Pulumi.${name}.yaml`);
    await copyFile(path.join(checkout, `Pulumi.${settings.stack}.yaml`), file);
    const second = new SecondStack(first, name, checkout);
    await second.set(configured);
    if (alone) await second.leave(alone);
    return second;
  }

  /** Applies `pulumi config` lines to its file. The rehearsal's secrets are not its matter. */
  async set(configured: string[][]): Promise<void> {
    const backend = `${this.root}-configuration`;
    await mkdir(backend);
    const pulumi = await tool("pulumi");
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: "of-a-rehearsal",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_HOME: path.join(backend, "home"),
    };
    for (const words of [["stack", "init", this.name], ...configured]) {
      const args = [...words, "--non-interactive"];
      const { code, stderr } = await run(pulumi, args, { cwd: this.root, env });
      if (code !== 0) throw new Error(`pulumi ${words.join(" ")}: ${stderr.trim()}`);
    }
    await rm(backend, { recursive: true, force: true });
    const file = path.join(this.root, `Pulumi.${this.name}.yaml`);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/^encryptionsalt:.*\n/m, ""));
  }

  /** A command of its checkout, as npm runs it. */
  command(name: string, ...args: string[]) {
    const launcher = path.join(this.root, "commands/run.cjs");
    const env = { ...process.env, NODE_NO_WARNINGS: "1" };
    return run(process.execPath, [launcher, name, ...args], { cwd: this.root, env });
  }

  /** The stack under an engine of its own, in the first one's account. */
  async start(say: Say): Promise<EngineStack> {
    const { program, signal } = this.first.options;
    const settings = readStackSettings(this.root, this.name);
    const folder = `${this.root}-engine`;
    await mkdir(folder);
    say(`a control plane for ${this.name}`);
    return EngineStack.start({
      root: this.root,
      folder,
      program,
      settings,
      plan: await evaluate(program, settings),
      signal,
      account: this.first.account,
    });
  }

  private async leave(alone: { until: string; reason: string }): Promise<void> {
    const file = path.join(this.root, "policies/config.json");
    const config = JSON.parse(await readFile(file, "utf8")) as object;
    await writeFile(file, JSON.stringify({ ...config, alone: { [this.name]: alone } }, null, 2));
  }
}
