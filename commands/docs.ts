import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { createRequire } from "node:module";
import { join } from "node:path";
import { format } from "prettier";
import { configKeys } from "../config";
import { dumpCostTable, dumpKeeping } from "../cost/dumps";
import { readPrices } from "../cost/prices";
import { costOfStacks } from "../cost/stacks";
import { commandLine } from "../lib/command-line";
import { commandPage } from "../lib/command-page";
import { ends } from "../lib/ends";
import { sloPage } from "../observability/slo";
import { pages } from "../policies/pack/documentation";
import { readSettings } from "../policies/pack/settings";
import { evaluate } from "../plan/evaluate";
import { loadProgram } from "../plan/program";
import { readStackSettings } from "../plan/stack-settings";
import type { Launch } from "./launch";

const configMarks = [
  "<!-- config keys: written by npm run docs -->",
  "<!-- end of config keys -->",
];
const costMarks = ["<!-- dump cost: written by npm run docs -->", "<!-- end of dump cost -->"];

export const command = commandLine(
  "docs",
  "Write what is generated in docs: configuration keys, commands, rules, SLOs, cost.",
);

/** `npm run docs`: writes what is generated, the table of dumps' cost among it. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  command.parse(args, { from: "user" });
  const keys = join(root, "docs/configuration.md");
  writeFileSync(keys, await withConfigKeys(readFileSync(keys, "utf8")));
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

/** The page of the configuration with the table that belongs to today's `config.ts`. */
export async function withConfigKeys(page: string): Promise<string> {
  const rows = configKeys().map(
    ({ key, description, default: value, required }) =>
      `| \`${key}\` | ${fallback(value, required)} | ${description} |`,
  );
  const table = ["| key | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  return within(page, configMarks, table);
}

/** A page with something else between its marks. */
function within(page: string, [begin = "", end = ""]: string[], text: string): Promise<string> {
  const [head, rest = ""] = page.split(begin);
  const tail = rest.split(end)[1] ?? "";
  return markdown(`${head}${begin}\n\n${text}\n\n${end}${tail}`);
}

function markdown(text: string): Promise<string> {
  return format(text, { parser: "markdown", printWidth: 100 });
}

function fallback(value: unknown, required: boolean): string {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  return required ? "required" : "none";
}
