import { chartValues } from "../declared/charts";
import { Each, Leaf, Named, type Declaration } from "../declared/declaration";
import { databaseKeys, pgbouncerKeys } from "../declared/pgbouncer";
import { declaredTypes } from "../declared/table";

/** The page with everything that is judged or declared, by type and property, as Markdown. */
export function tablePage(): string {
  return `# Everything that a stack may hold

<!-- Written by npm run docs from policies/declared; a test compares it. -->

Of every type, every property that may be set: *judged* by the rules named, or *declared* indifferent as
long as it is what stands there. A property, a value or a type that is not here is denied. \`*\` stands for
every element of a list or every key of a map, \`[name=x]\` for the element with that name.

${Object.entries(declaredTypes)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([type, fields]) => section(type, fields))
  .join("\n")}
# Values of charts that are not in this repository

${Object.entries(chartValues)
  .map(([chart, values]) => section(chart, values))
  .join("\n")}
# Settings of PgBouncer

${table(
  [
    ...Object.entries(databaseKeys).map(([key, value]) => [`[databases] ${key}`, value.says]),
    ...Object.entries(pgbouncerKeys).map(([key, value]) => [`[pgbouncer] ${key}`, value.says]),
  ].map(([key, says]) => `| \`${key}\` | ${says} | |`),
)}`;
}

function section(title: string, declaration: Declaration): string {
  const rows = rowsOf(declaration, "");
  return `## ${title}\n\n${rows.length === 0 ? "No value may be given.\n" : table(rows)}`;
}

function table(rows: string[]): string {
  return `| property | may be | because |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

function rowsOf(declaration: Declaration, path: string): string[] {
  const below = (step: string) => (path ? `${path}.${step}` : step);
  if (declaration instanceof Leaf) return [row(declaration, path)];
  if (declaration instanceof Each) return rowsOf(declaration.element, below("*"));
  if (declaration instanceof Named)
    return Object.entries(declaration.elements).flatMap(([name, part]) =>
      rowsOf(part, below(`[${declaration.key}=${name}]`)),
    );
  return Object.entries(declaration).flatMap(([key, part]) => rowsOf(part, below(key)));
}

function row({ rules, expected, why, targets }: Leaf, path: string): string {
  const may = [
    ...(rules.length > 0 ? [`judged: ${rules.join(", ")}`] : []),
    ...(targets.length > 0 ? [`determined by ${targets.join(" or ")}`] : []),
    ...(expected.says === "any value"
      ? rules.length + targets.length > 0
        ? []
        : ["anything"]
      : [expected.says]),
  ];
  return `| \`${path}\` | ${escaped(may.join("; "))} | ${rules.length > 0 && expected.says === "any value" ? "" : escaped(why)} |`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("<", "&lt;");
}
