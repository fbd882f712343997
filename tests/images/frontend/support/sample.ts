import type { Incident } from "../../../../images/frontend/page/incident";
import type { ApiStandIn } from "./api-stand-in";

type Row = [
  minutes: number,
  severity: Incident["severity"],
  status: Incident["status"],
  title: string,
  entity: string,
  events: number,
  assignee?: string,
];

const rows: Row[] = [
  [2, "critical", "open", "Ransomware activity", "fin-ws-031", 48],
  [9, "high", "investigating", "Brute force against a login", "k.osei", 212, "m.alvarez"],
  [17, "medium", "open", "Unusual activity", "198.51.100.24", 3],
  [31, "high", "open", "Lateral movement inside the network", "10.20.4.17", 26],
  [48, "low", "open", "Unusual activity", "build-runner-7", 1],
  [
    75,
    "critical",
    "investigating",
    "Lateral movement inside the network",
    "dc-02",
    91,
    "s.lindqvist",
  ],
  [130, "medium", "investigating", "Unusual activity", "203.0.113.118", 7, "m.alvarez"],
  [185, "high", "resolved", "Brute force against a login", "vpn-gateway", 640, "s.lindqvist"],
  [260, "low", "resolved", "Unusual activity", "printer-3f", 2, "t.nakamura"],
  [410, "medium", "resolved", "Brute force against a login", "a.petrov", 35, "t.nakamura"],
  [1500, "high", "resolved", "Ransomware activity", "legal-ws-009", 5, "m.alvarez"],
  [1720, "low", "resolved", "Unusual activity", "192.0.2.55", 1, "t.nakamura"],
];

/** A morning's incidents, newest first. */
export function putSample(api: ApiStandIn): Incident[] {
  return rows.map(([minutes, severity, status, title, entity, events, assignee]) => {
    const at = (ago: number) => new Date(Date.now() - ago * 60_000).toISOString();
    return api.put({
      severity,
      status,
      title,
      entity,
      events,
      rule:
        title === "Unusual activity"
          ? "anomaly"
          : title.split(" ").slice(0, 2).join("-").toLowerCase(),
      assignee: assignee ?? null,
      note: assignee ? "Seen on the mail gateway too; sessions are revoked." : null,
      firstSeen: at(minutes + 4),
      lastSeen: at(minutes - 1),
      createdAt: at(minutes),
      updatedAt: at(minutes - 1),
    });
  });
}
