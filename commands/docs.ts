import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { configKeys } from "../config";
import { costOfStacks } from "../cost/stacks";
import { commandLine } from "../lib/command-line";
import { ends } from "../lib/ends";
import { sloPage } from "../observability/slo";
import { dumpCostTable, dumpKeeping } from "../plan/dump-cost";
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

/** `npm run docs`: writes what is generated: tables of keys and of dumps' cost, the pages of the rules, of the SLOs and of the cost. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  commandLine(
    "docs",
    "Write the README's table of keys and the pages of the rules, of the SLOs and of the cost.",
  ).parse(args, {
    from: "user",
  });
  const readme = join(root, "README.md");
  writeFileSync(readme, await withConfigKeys(readFileSync(readme, "utf8")));
  for (const [file, text] of Object.entries(pages(readSettings(root, "prod"))))
    writeFileSync(join(root, file), await markdown(text));
  writeFileSync(join(root, "docs/slo.md"), await markdown(sloPage()));
  const recovery = join(root, "docs/disaster-recovery.md");
  const plan = await evaluate(await loadProgram(root), readStackSettings(root, "prod"));
  const table = dumpCostTable(dumpKeeping(plan));
  writeFileSync(recovery, await within(readFileSync(recovery, "utf8"), costMarks, table));
  writeFileSync(join(root, "docs/cost.md"), await markdown(await costOfStacks(root)));
  return ends.done;
}

/** The README with the configuration table that belongs to today's `config.ts`. */
export async function withConfigKeys(readme: string): Promise<string> {
  const rows = configKeys().map(
    ({ key, description, default: value, required }) =>
      `| \`${key}\` | ${fallback(value, required)} | ${description} |`,
  );
  const table = ["| key | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  return within(readme, configMarks, table);
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
