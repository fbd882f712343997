import { appendFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { commandLine } from "../lib/command-line";
import { tool } from "../tools";
import type { Launch } from "./launch";
import { evaluate } from "../plan/evaluate";
import { loadProgram } from "../plan/program";
import { readStackSettings } from "../plan/stack-settings";
import { folderPrefix, removeLeftovers } from "../rehearsal/control-plane/leftovers";
import { EngineStack, engineTools } from "../rehearsal/engine/engine-stack";
import { bringUp, lostCluster, unansweredAws } from "../rehearsal/engine/drills";
import type { Claim } from "../lib/claim";
import { holds, report, table, writeReport, type Report } from "../lib/report";
import { untilStopped } from "../lib/signals";
import { View } from "../lib/progress";

interface Options {
  stack: string;
  json?: string;
  results?: string;
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
  } finally {
    view.end();
  }
}

async function rehearse({ stack, json, results }: Options, { root }: Launch, view: View) {
  const since = Date.now();
  const signal = untilStopped();
  const [file, document] = [json, results].map((name) => name && path.resolve(name));
  process.chdir(root);
  const settings = readStackSettings(root, stack);
  for (const folder of await removeLeftovers())
    view.note(`removed what a killed run left: ${folder}`);
  for (const name of engineTools) await tool(name, () => view.note(`installing ${name}, once`));
  const drills = [bringUp, unansweredAws, lostCluster];
  const [preparing, ...tasks] = ["Engine and stand-ins", ...drills.map(({ title }) => title)].map(
    (title) => view.add(title),
  );
  const program = await loadProgram(root);
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
  if (document) await appendFile(document, resultRow(result));
  process.stdout.write(`\n${table(result)}${standIns}\n`);
  return holds(result) ? 0 : 1;
}

/** A row of the table in docs/disaster-recovery.md. */
function resultRow({ stack, claims }: Report): string {
  const value = (id: string) => claims.find((claim) => claim.id === id)?.value ?? NaN;
  const day = new Date().toISOString().slice(0, 10);
  const lost = value("rebuild.data-touched") === 0 ? "0 s" : "data touched";
  const rto = `${value("rebuild.total").toFixed(1)} s`;
  return `| ${day} | cluster loss | ${stack} | ${lost} | ${rto} | real engine and control plane, AWS a stand-in |\n`;
}

function allHold(claims: Claim[]): boolean {
  return claims.every(({ holds }) => holds);
}

function options(args: string[]): Options {
  return commandLine(
    "rehearse:rebuild",
    "Lose a stack's cluster under the real Pulumi engine, here, and rebuild it.",
  )
    .option("--stack <name>", "stack to bring up and rebuild", "prod")
    .option("--json <file>", "write the report there")
    .option("--results <file>", "append a row to the table that ends this document")
    .parse(args, { from: "user" })
    .opts();
}
