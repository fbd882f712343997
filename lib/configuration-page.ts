import { within } from "./markdown-page";

/** A key of the configuration, as its page describes it. */
interface Key {
  key: string;
  description?: string;
  default?: unknown;
  required: boolean;
}

const marks = ["<!-- config keys: written by npm run docs -->", "<!-- end of config keys -->"];

/** The page of the configuration with the table that belongs to today's `config.ts`. */
export async function withConfigKeys(page: string, keys: Key[]): Promise<string> {
  const rows = keys.map(
    ({ key, description, default: value, required }) =>
      `| \`${key}\` | ${fallback(value, required)} | ${description} |`,
  );
  const table = ["| key | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  return within(page, marks, table);
}

function fallback(value: unknown, required: boolean): string {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  return required ? "required" : "none";
}
