/** An incident, as the API answers it. */
export interface Incident {
  id: string;
  title: string;
  /** Whom or what it is about: a user, an address. */
  entity: string;
  /** The rule of the detection model that found it. */
  rule: string;
  severity: Severity;
  status: Status;
  assignee: string | null;
  note: string | null;
  /** Number of events that belong to it. */
  events: number;
  firstSeen: string;
  lastSeen: string;
  createdAt: string;
  updatedAt: string;
  /** Grows by every change. */
  version: number;
}

/** Worst first. */
export const severities = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof severities)[number];

/** In the order of an incident's life. */
export const statuses = ["open", "investigating", "resolved"] as const;
export type Status = (typeof statuses)[number];

/** A name of the API in words, such as a status or a rule; a sentence stays as it is. */
export function inWords(name: string): string {
  const words = name.includes(" ") ? name : name.replaceAll(/[-_]/g, " ");
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
