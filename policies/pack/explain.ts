import type { PlanResource } from "./adapters/plan";
import { stackOf } from "./judge";
import { models } from "../models";
import type { Line, Model } from "../models/line";
import type { Settings } from "../model/settings";

/** What survives what, who is told of what, what restores what and what undoes what: a table each. */
export function explain(resources: PlanResource[], settings: Settings): string {
  const stack = stackOf(resources, settings);
  return models.map((model) => table(model, model.lines(stack, settings))).join("\n\n");
}

/** A model's table as text: a line each, and below it what is broken of it. */
export function table({ name, asks, columns }: Model, lines: Line[]): string {
  const rows = [columns, ...lines.map(({ of, cells }) => [of, ...cells])];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const text = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd();
  const broken = lines.map(({ broken }) =>
    broken.map(({ urn, problem }) => `  ✗ ${urn.split("::").pop()}: ${problem}`),
  );
  return [
    `${name}: ${asks}`,
    text(columns),
    text(widths.map((width) => "─".repeat(width))),
    ...lines.flatMap(({ of, cells }, index) => [text([of, ...cells]), ...broken[index]!]),
  ]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join("\n");
}
