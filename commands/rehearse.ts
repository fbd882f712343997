import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Option } from "commander";
import { commandLine } from "../lib/command-line";
import { tool } from "../tools";
import { readPlan, type Plan } from "../plan/plan";
import { removeLeftovers } from "../rehearsal/control-plane/leftovers";
import type { Cluster } from "../rehearsal/workloads/cluster";
import { drills } from "../rehearsal/workloads/drills";
import { imagesOfPlan } from "../rehearsal/workloads/images";
import { zonesOf } from "../plan/releases";
import { rehearsalTools, rehearse } from "../rehearsal/workloads/rehearsal";
import { holds, report, table, writeReport } from "../lib/report";
import { run } from "../lib/processes";
import { untilStopped } from "../lib/signals";
import { View } from "../lib/progress";
import { UsageError } from "../lib/ends";

interface Options {
  stack: string;
  plan?: string;
  drill: string[];
  json?: string;
  keep?: boolean;
}

const simulation =
  "kwok's pods run no container: what starts, how long that takes and what a Job returns is simulated.";

/** Zones that the stack has to have; with fewer there is nothing to prove. */
const fewestZones = 3;

const command = commandLine(
  "rehearse",
  "Installs a stack's planned releases on a real control plane here, and proves them.",
)
  .option("--stack <name>", "stack to plan", "prod")
  .option("--plan <file>", "a plan file, instead of planning the stack now")
  .addOption(
    new Option("--drill <name...>", "only these drills")
      .choices(drills.map(({ name }) => name))
      .default([], "all"),
  )
  .option("--json <file>", "write the report there")
  .option("--keep", "leave the first control plane up afterwards, until Ctrl-C");

/** `npm run rehearse`: runs the drills. Returns 0 when every claim holds, 1 when one does not. */
export async function main(args: string[]): Promise<number> {
  const options = command.parse(args, { from: "user" }).opts<Options>();
  const since = Date.now();
  const signal = untilStopped();
  const view = new View();
  try {
    for (const folder of await removeLeftovers())
      view.note(`removed what a killed run left: ${folder}`);
    for (const name of rehearsalTools) await tool(name, installing(view, name));
    const plan = await view.run(view.add(`Plan of ${options.plan ?? options.stack}`), () =>
      planOf(options, signal),
    );
    const zones = zonesOf(plan);
    if (zones.length < fewestZones)
      throw new UsageError(
        `plan: ${zones.length} zones (${zones.join(", ")}): ${fewestZones} are needed`,
      );
    const images = await imagesOfPlan(plan);
    const { claims, kept } = await rehearse({
      plan,
      images,
      chosen: options.drill,
      view,
      keep: options.keep === true,
      signal,
    });
    const result = report("rehearse", plan.stack, since, claims);
    view.end();
    if (options.json) await writeReport(options.json, result);
    process.stdout.write(`\n${table(result)}${simulation}\n`);
    if (kept) await hold(kept, signal);
    return holds(result) ? 0 : 1;
  } catch (error) {
    view.end();
    throw error;
  }
}

async function planOf({ plan, stack }: Options, signal: AbortSignal): Promise<Plan> {
  if (plan) return readPlan(plan);
  const folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-plan-"));
  try {
    const file = path.join(folder, "plan.json");
    const args = ["run", "--silent", "preview", "--", "--stack", stack, "--json", file];
    const result = await run("npm", args, { signal });
    // 1 says that a rule is broken, which is the preview's to judge; the plan is there.
    if (result.code > 1) throw new UsageError(result.stderr.trim().replace(/^error: /, ""));
    return readPlan(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function installing(view: View, name: string) {
  let told = false;
  return () => {
    if (!told) view.note(`installing ${name}, once; npm run tools shows more`);
    told = true;
  };
}

/** Leaves a cluster up until the user has seen enough. */
async function hold(cluster: Cluster, signal: AbortSignal): Promise<void> {
  process.stdout.write(`kept until Ctrl-C: export KUBECONFIG=${cluster.plane.kubeconfig}\n`);
  const interrupted = new Promise((resolve) =>
    signal.addEventListener("abort", resolve, { once: true }),
  );
  await Promise.race([interrupted, cluster.plane.failure]).finally(() => cluster.stop());
}
