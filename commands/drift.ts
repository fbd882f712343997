import { commandLine, optionsOf } from "../lib/command-line";
import { ends } from "../lib/ends";
import { GitHub } from "../lib/github";
import { untilStopped } from "../lib/signals";
import { driftedIn, keepIssue } from "../recovery/drift";
import { Engine } from "../recovery/engine";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  repository?: string;
  exclude: string[];
}

export const command = commandLine(
  "drift",
  "Compare what is really there with the stack's state.",
  "something differs",
)
  .requiredOption("--stack <name>", "the stack")
  .option("--repository <name>", "keep an issue in OWNER/NAME, with the token in GITHUB_TOKEN")
  .option("--exclude <urn...>", "not these resources; * and ** stand for any part of a URN", []);

/**
 * `npm run drift`: asks whether what is really there is what the state says, and changes nothing of
 * either. Returns the exit code: 1 when it is not.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, repository, exclude } = optionsOf<Options>(command, args);
  const github = repository === undefined ? undefined : new GitHub(repository);
  const engine = new Engine(root, stack, { stop: untilStopped() });
  const steps = await engine.lookedAt(exclude.flatMap((urn) => ["--exclude", urn]));
  const drifted = driftedIn(steps);
  for (const { urn, how, properties } of drifted)
    console.log(`${how.padEnd(8)} ${urn}  ${properties.join(" ")}`.trimEnd());
  if (drifted.length === 0) console.log(`${stack}: nothing differs from its state`);
  if (github) console.log(`issue: ${await keepIssue(github, stack, drifted)}`);
  return drifted.length > 0 ? ends.broken : ends.done;
}
