import { commandLine } from "../lib/command-line";
import type { Launch } from "./launch";
import { answers } from "../recovery/application";
import { Engine, type Outputs } from "../recovery/engine";
import { proveLost } from "../recovery/lost-cluster";
import { recover, type Step } from "../recovery/procedure";
import { requireDataUntouched, requireSameAddresses } from "../recovery/untouched";

/** Load balancer, pods and DNS of a cluster that is up. */
const patienceSeconds = 1800;

interface Options {
  stack: string;
  dryRun?: boolean;
  json?: string;
}

const command = commandLine(
  "rebuild",
  "Rebuild a lost cluster beside the data that has outlived it.",
)
  .requiredOption("--stack <name>", "the stack whose cluster is lost")
  .option("--dry-run", "prove that it is lost, show the steps, do nothing")
  .option("--json <file>", "write the report there");

function steps(engine: Engine, before: Outputs): Step[] {
  return [
    {
      id: "proof",
      title: `Prove again that AWS has no cluster ${before.eksClusterName}`,
      run: () => proveLost(before),
    },
    {
      id: "refresh",
      title: "Refresh the state; for this run alone, forget what the lost cluster held",
      run: () => engine.refresh(true),
    },
    {
      id: "check",
      title:
        "Check that the engine plans to create, delete or replace nothing that holds data or addresses",
      run: async () => requireDataUntouched(await engine.preview()),
    },
    {
      id: "up",
      title: "Bring the cluster and everything on it up again, under the policy pack",
      run: () => engine.up(),
    },
    {
      id: "addresses",
      title: "Check that every address is what it was",
      run: async () => requireSameAddresses(before, await engine.outputs()),
    },
    {
      id: "answer",
      title: `Wait until the application answers at ${before.url}`,
      run: () => answers(before.url, patienceSeconds),
    },
  ];
}

/** `npm run rebuild`. Returns the exit code: 0, or 1 when a step failed. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, dryRun, json } = command.parse(args, { from: "user" }).opts<Options>();
  const engine = new Engine(root, stack);
  const before = await engine.outputs();
  await proveLost(before);
  return recover({
    ...{ command: "rebuild", stack, dryRun, json },
    title: `AWS has no cluster ${before.eksClusterName}. To rebuild it:`,
    steps: steps(engine, before),
  });
}
