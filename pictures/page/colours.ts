import type { Panel } from "../dashboard";

/** Grafana's colours of thresholds. */
const named: Record<string, string> = { green: "#56a64b", orange: "#ff780a", red: "#e02f44" };

/** Colours of series, in order; Grafana's classic palette, without its yellow, for white paper. */
export const palette = [
  "#56a64b",
  "#3274d9",
  "#ff780a",
  "#e02f44",
  "#a352cc",
  "#1f9e9e",
  "#8f3bb8",
  "#c4162a",
  "#1f60c4",
  "#37872d",
  "#fa6400",
  "#7a5195",
];

export function colour(name: string): string {
  return named[name] ?? name;
}

/** The colour of a value: of the last step that it has reached. */
export function colourOf(value: number | null, steps: Panel["steps"]): string {
  const reached = steps.findLast(
    (step) => step.value === null || (value !== null && value >= step.value),
  );
  return colour(reached?.color ?? "green");
}
