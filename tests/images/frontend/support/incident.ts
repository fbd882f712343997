import type { Incident } from "../../../../images/frontend/page/incident";

/** An incident for a test; the higher its digit, the newer it is. */
export const incident = (id: string, change: Partial<Incident> = {}): Incident => ({
  id,
  title: `Incident ${id}`,
  entity: "host",
  rule: "anomaly",
  severity: "high",
  status: "open",
  assignee: null,
  note: null,
  events: 1,
  firstSeen: "",
  lastSeen: "",
  createdAt: `2026-11-26T00:00:0${id}.000Z`,
  updatedAt: "",
  version: 1,
  ...change,
});
