import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { configKeys } from "../config";
import type { Launch } from "./launch";

const begin = "<!-- config keys: written by npm run docs -->";
const end = "<!-- end of config keys -->";

/** `npm run docs`: writes what is generated into the README. */
export async function main(_: string[], { root }: Launch): Promise<number> {
  const file = join(root, "README.md");
  writeFileSync(file, await withConfigKeys(readFileSync(file, "utf8")));
  return 0;
}

/** The README with the configuration table that belongs to today's `config.ts`. */
export async function withConfigKeys(readme: string): Promise<string> {
  const [head, rest = ""] = readme.split(begin);
  const tail = rest.split(end)[1] ?? "";
  const rows = configKeys().map(
    ({ key, description, default: value, required }) =>
      `| \`${key}\` | ${fallback(value, required)} | ${description} |`,
  );
  const table = ["| key | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  return format(`${head}${begin}\n\n${table}\n\n${end}${tail}`, {
    parser: "markdown",
    printWidth: 100,
  });
}

function fallback(value: unknown, required: boolean): string {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  return required ? "required" : "none";
}
