import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { tool } from "../tools";
import type { Launch } from "./launch";
import { evaluate } from "./plan/evaluate";
import { readStackSettings } from "./plan/stack-settings";
import { folderPrefix, removeLeftovers } from "./rehearse/control-plane/leftovers";
import { EngineStack, engineTools } from "./rehearse/engine";
import { bringUp, lostCluster, unansweredAws } from "./rehearse/engine/drills";
import { holds, report, table, writeReport, type Claim } from "./rehearse/report";
import { explainEnd, untilStopped } from "./rehearse/stopped";
import { View } from "./rehearse/view";

interface Options {
  stack: string;
  json?: string;
}

const standIns =
  "Stand-ins: AWS, its EKS component and APIs, random and tls; load balancer and name; charts of other repositories; kwok's pods.";

/**
 * `npm run rehearse:rebuild`: brings a stack up with the real Pulumi engine on stand-ins of AWS and
 * a real control plane, loses the cluster and runs `npm run rebuild`. Returns the exit code: 0 when
 * every claim holds, 1 when one does not, 2 on bad input.
 */
export async function main(args: string[], launch: Launch): Promise<number> {
  const view = new View();
  try {
    return await rehearse(options(args), launch, view);
  } catch (error) {
    view.end();
    return explainEnd("rehearse:rebuild", error as Error);
  }
}

async function rehearse({ stack, json }: Options, { root, program }: Launch, view: View) {
  const since = Date.now();
  const signal = untilStopped();
  const file = json && path.resolve(json);
  process.chdir(root);
  const settings = readStackSettings(root, stack);
  for (const folder of await removeLeftovers())
    view.note(`removed what a killed run left: ${folder}`);
  for (const name of engineTools) await tool(name, () => view.note(`installing ${name}, once`));
  const drills = [bringUp, unansweredAws, lostCluster];
  const [preparing, ...tasks] = ["Engine and stand-ins", ...drills.map(({ title }) => title)].map(
    (title) => view.add(title),
  );
  const plan = await evaluate(program, settings);
  const folder = await mkdtemp(path.join(tmpdir(), `${folderPrefix}${process.pid}-`));
  const options = { root, folder, program, settings, plan, signal };
  const started = await view.run(preparing!, () => EngineStack.start(options));
  const claims: Claim[] = [];
  try {
    for (const [index, { run }] of drills.entries())
      claims.push(...(await view.run(tasks[index]!, (say) => run(started, say), allHold)));
  } catch (error) {
    // Whatever fails after the user has stopped it fails for that reason.
    throw signal.aborted ? signal.reason : error;
  } finally {
    await started.stop();
  }
  const result = report("rehearse:rebuild", stack, since, claims);
  view.end();
  if (file) await writeReport(file, result);
  process.stdout.write(`\n${table(result)}${standIns}\n`);
  return holds(result) ? 0 : 1;
}

function allHold(claims: Claim[]): boolean {
  return claims.every(({ holds }) => holds);
}

function options(args: string[]): Options {
  return new Command("npm run rehearse:rebuild --")
    .description("Lose a stack's cluster under the real Pulumi engine, here, and rebuild it.")
    .option("--stack <name>", "stack to bring up and rebuild", "prod")
    .option("--json <file>", "write the report there")
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" })
    .opts();
}
