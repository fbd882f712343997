import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { createRequire } from "node:module";
import { join } from "node:path";
import { configKeys } from "../config";
import { dumpCostTable, dumpKeeping } from "../cost/dumps";
import { readPrices } from "../cost/prices";
import { costOfStacks } from "../cost/stacks";
import { commandLine } from "../lib/command-line";
import { withConfigKeys } from "../lib/configuration-page";
import { commandPage } from "../lib/command-page";
import { ends } from "../lib/ends";
import { markdown, within } from "../lib/markdown-page";
import { sloPage } from "../observability/slo";
import { pages } from "../policies/pack/documentation";
import { readSettings } from "../policies/pack/settings";
import { evaluate } from "../plan/evaluate";
import { loadProgram } from "../plan/program";
import { readStackSettings } from "../plan/stack-settings";
import type { Launch } from "./launch";

const costMarks = ["<!-- dump cost: written by npm run docs -->", "<!-- end of dump cost -->"];

export const command = commandLine(
  "docs",
  "Write what is generated in docs: configuration keys, commands, rules, SLOs, cost.",
);

/** `npm run docs`: writes what is generated, the table of dumps' cost among it. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  command.parse(args, { from: "user" });
  const keys = join(root, "docs/configuration.md");
  writeFileSync(keys, await withConfigKeys(readFileSync(keys, "utf8"), configKeys()));
  for (const [file, text] of Object.entries(pages(readSettings(root, "prod"))))
    writeFileSync(join(root, file), await markdown(text));
  writeFileSync(join(root, "docs/slo.md"), await markdown(sloPage()));
  writeFileSync(join(root, "docs/commands.md"), await markdown(commandPage(commands())));
  const recovery = join(root, "docs/disaster-recovery.md");
  const plan = await evaluate(await loadProgram(root), readStackSettings(root, "prod"));
  const table = dumpCostTable(dumpKeeping(plan), readPrices(root));
  writeFileSync(recovery, await within(readFileSync(recovery, "utf8"), costMarks, table));
  writeFileSync(join(root, "docs/cost.md"), await markdown(await costOfStacks(root)));
  return ends.done;
}

const load = createRequire(__filename);

/** Every command's own definition. */
export function commands(): Command[] {
  return readdirSync(__dirname)
    .filter((file) => /\.ts$/.test(file) && file !== "launch.ts")
    .sort()
    .map((file) => (load(`./${file}`) as { command: Command }).command);
}
