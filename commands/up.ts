import path from "node:path";
import { commandLine, optionsOf } from "../lib/command-line";
import { ends, UsageError } from "../lib/ends";
import { outputFile } from "../lib/json-file";
import { untilStopped } from "../lib/signals";
import { preflight } from "../preflight/preflight";
import { Engine } from "../recovery/engine";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  target?: string[];
  savePlan?: string;
  plan?: string;
  yes?: boolean;
}

export const command = commandLine(
  "up",
  "Bring a stack up: the preflight, then pulumi up under the policy pack.",
  "something stands in the way, and else as pulumi up does",
)
  .requiredOption("--stack <name>", "the stack")
  .option("--target <urn...>", "only these resources, and not what is put into them later")
  .option("--save-plan <file>", "only plan, and write the plan there", outputFile("--save-plan"))
  .option("--plan <file>", "do what that plan says, or fail", (file) => path.resolve(file))
  .option("--yes", "do not ask")
  .argument("[pulumi...]", "further options of pulumi up, behind another --");

/**
 * `npm run up`: what stands in the way first, then Pulumi's own `up`, never without the policy pack.
 * Returns the exit code: the preflight's, when that is not 0, and else Pulumi's.
 *
 * With `--save-plan` it only plans, and asks nothing of the account but what a plan reads: whoever may
 * look may plan. With `--plan` it does what is in that file.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, target = [], savePlan, plan, yes } = optionsOf<Options>(command, args);
  if (savePlan !== undefined && (plan !== undefined || yes))
    throw new UsageError("--save-plan: it changes nothing; leave out --plan and --yes");
  const stop = untilStopped();
  const engine = new Engine(root, stack, { stop });
  const targets = target.flatMap((urn) => ["--target", urn]);
  if (savePlan !== undefined) return engine.savePlan(savePlan, [...targets, ...command.args]);
  // A part, such as the registry, comes before the images that go into it.
  const code = await preflight(root, { stack, withoutImages: target.length > 0, stop });
  if (code !== ends.done) return code;
  return engine.upAsked([...targets, ...(yes ? ["--yes"] : []), ...command.args], plan);
}
