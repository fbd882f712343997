/** An incident, as the API answers it. */
export interface Incident {
  id: string;
  title: string;
  severity: Severity;
  status: Status;
  assignee: string | null;
  note: string | null;
  /** Number of events that belong to it. */
  events: number;
  created_at: string;
  updated_at: string;
  /** Grows by every change. */
  version: number;
}

/** Worst first. */
export const severities = ["critical", "high", "medium", "low", "informational"] as const;
export type Severity = (typeof severities)[number];

/** In the order of an incident's life. */
export const statuses = [
  "new",
  "investigating",
  "contained",
  "resolved",
  "false_positive",
] as const;
export type Status = (typeof statuses)[number];

/** A severity's or a status's name in words; one that this page does not know is shown as it is. */
export function inWords(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A duration as people say it: "42 seconds", "3 minutes". */
export function duration(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  const [unit, size] = units.find((one) => seconds >= one[1]) ?? (["second", 1] as const);
  const number = Math.max(0, Math.floor(seconds / size));
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}
