import { appendFile } from "node:fs/promises";
import { Option } from "commander";
import { commandLine, optionsOf } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { View } from "../lib/progress";
import { conclude, report } from "../lib/report";
import { untilStopped } from "../lib/signals";
import { engineTools } from "../rehearsal/engine/engine-stack";
import { drillNames, rehearseRebuild, resultRows } from "../rehearsal/engine/rehearsal";
import { prepare } from "../rehearsal/preparation";
import { readStackSettings } from "../plan/stack-settings";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  drill: string[];
  json?: string;
  results?: string;
}

const standIns =
  "Stand-ins: AWS, its EKS component and APIs, random and tls; EKS's access entries, which count at once, are asked for the engine's role alone, and refuse with 403 where EKS may say 401; NodeClass and NodePool, which start no nodes; load balancer and name; ECR's front before a real registry, and a ConfigMap for each chart that cannot be had; kwok's pods. Left out: what buckets hold, so no dump is copied or restored; the time of AWS; a lost Region refuses at once.";

export const command = commandLine(
  "rehearse:rebuild",
  "Lose a stack's cluster, and then its Region, under the real Pulumi engine, here, and recover.",
  "a claim does not hold",
)
  .option("--stack <name>", "stack to bring up and rebuild", "prod")
  .addOption(
    new Option("--drill <name...>", "only these drills, after the first up")
      .choices(drillNames)
      .default(drillNames, "all"),
  )
  .option("--json <file>", "write the report there", jsonFile)
  .option("--results <file>", "append a row to the table that ends this document", jsonFile);

/**
 * `npm run rehearse:rebuild`: brings a stack up with the real Pulumi engine on stand-ins of AWS and
 * a real control plane, loses the cluster, runs `npm run rebuild`, then loses the Region, follows its
 * runbook, and reports the claims.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, drill, json, results } = optionsOf<Options>(command, args);
  const since = Date.now();
  const signal = untilStopped();
  const view = new View();
  try {
    const settings = readStackSettings(root, stack);
    await prepare(engineTools, view);
    const claims = await rehearseRebuild({ root, settings, chosen: drill, view, signal });
    const result = report("rehearse:rebuild", stack, since, claims);
    view.end();
    const code = conclude(result, json, standIns);
    if (results) await appendFile(results, resultRows(result));
    return code;
  } finally {
    view.end();
  }
}
