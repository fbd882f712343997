import { commandLine } from "../lib/command-line";
import { ends } from "../lib/ends";
import { untilStopped } from "../lib/signals";
import { preflight } from "../preflight/preflight";
import { Engine } from "../recovery/engine";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  target?: string[];
  yes?: boolean;
}

export const command = commandLine(
  "up",
  "Bring a stack up: the preflight, then pulumi up under the policy pack.",
  "something stands in the way, and else as pulumi up does",
)
  .requiredOption("--stack <name>", "the stack")
  .option("--target <urn...>", "only these resources, and not what is put into them later")
  .option("--yes", "do not ask")
  .argument("[pulumi...]", "further options of pulumi up, behind another --");

/**
 * `npm run up`: what stands in the way first, then Pulumi's own `up`, never without the policy pack.
 * Returns the exit code: the preflight's, when that is not 0, and else Pulumi's.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, target = [], yes } = command.parse(args, { from: "user" }).opts<Options>();
  const stop = untilStopped();
  // A part, such as the registry, comes before the images that go into it.
  const code = await preflight(root, { stack, withoutImages: target.length > 0, stop });
  if (code !== ends.done) return code;
  const words = [...target.flatMap((urn) => ["--target", urn]), ...(yes ? ["--yes"] : [])];
  return new Engine(root, stack, { stop }).upAsked([...words, ...command.args]);
}
