import { Type, type Static } from "typebox";
import type { Cache, Found } from "./cache";
import { severities } from "./events";
import { Problem } from "./problems";
import type { Store } from "./store";
import type { Tenant } from "./tenants";

const statuses = ["open", "investigating", "resolved"] as const;
export const Status = Type.Enum(statuses);
export const SeverityName = Type.Enum(severities);
const Time = Type.String({ format: "date-time" });

/** What a tenant sees of an incident. */
export const IncidentBody = Type.Object({
  id: Type.String({ format: "uuid" }),
  status: Status,
  severity: SeverityName,
  rule: Type.String(),
  title: Type.String(),
  entity: Type.String(),
  score: Type.Number(),
  events: Type.Integer(),
  firstSeen: Time,
  lastSeen: Time,
  assignee: Type.Union([Type.String(), Type.Null()]),
  note: Type.Union([Type.String(), Type.Null()]),
  modelVersion: Type.String(),
  version: Type.Integer(),
  createdAt: Time,
  updatedAt: Time,
});
export type IncidentBody = Static<typeof IncidentBody>;

export interface Filter {
  status?: Static<typeof Status>;
  severity?: Static<typeof SeverityName>;
  /** Default 50. */
  limit?: number;
  cursor?: string;
}

export interface Change {
  status?: Static<typeof Status>;
  assignee?: string | null;
  note?: string | null;
}

/** A read may be as old, in seconds. */
const freshSeconds = 2;

const columns = `id, status, severity, rule, title, entity, score, events, first_seen AS "firstSeen",
  last_seen AS "lastSeen", assignee, note, model_version AS "modelVersion", version,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Incidents of one tenant at a time; another tenant's do not exist. */
export class Incidents {
  constructor(
    private readonly store: Store,
    private readonly cache: Cache,
  ) {}

  /** A page, newest first, as JSON. @throws Problem 400 for a cursor that is none of ours */
  async list(tenant: Tenant, filter: Filter): Promise<Found> {
    const { status, severity, limit = 50, cursor } = filter;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const key = ["incidents", tenant.id, status, severity, limit, cursor].join(":");
    const load = async () => {
      const { rows } = await this.store.read("read", (client) =>
        client.query<IncidentBody>(
          `SELECT ${columns} FROM minixdr.incidents
            WHERE organization_id = $1
              AND ($2::minixdr.incident_status IS NULL OR status = $2)
              AND ($3::minixdr.severity IS NULL OR severity = $3)
              AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
            ORDER BY created_at DESC, id DESC LIMIT $6`,
          [tenant.id, status, severity, after?.createdAt, after?.id, limit + 1],
        ),
      );
      const incidents = rows.slice(0, limit);
      const next = rows.length > limit ? encodeCursor(incidents.at(-1)!) : null;
      return JSON.stringify({ incidents, next });
    };
    return this.cache.read(key, load, freshSeconds);
  }

  /** One incident as JSON. @throws Problem 404 */
  async get(tenant: Tenant, id: string): Promise<Found> {
    const load = async () => {
      const { rows } = await this.store.read("read", (client) =>
        client.query<IncidentBody>(
          `SELECT ${columns} FROM minixdr.incidents WHERE id = $1 AND organization_id = $2`,
          [id, tenant.id],
        ),
      );
      if (!rows[0]) throw new Problem("not-found");
      return JSON.stringify(rows[0]);
    };
    return this.cache.read(keyOf(tenant, id), load, freshSeconds);
  }

  /**
   * Changes what is given.
   *
   * @param versions which the client has seen
   * @throws Problem 404, 412 when the incident has another version by now
   */
  async update(
    tenant: Tenant,
    id: string,
    versions: number[] | "any",
    change: Change,
  ): Promise<IncidentBody> {
    const given = (["status", "assignee", "note"] as const).filter(
      (name) => change[name] !== undefined,
    );
    const changed = await this.store.write("update", async (client) => {
      const { rows } = await client.query<IncidentBody>(
        `UPDATE minixdr.incidents
            SET ${given.map((name, index) => `${name} = $${index + 4}`).join(", ")},
                version = version + 1, updated_at = now()
          WHERE id = $1 AND organization_id = $2 AND ($3::int[] IS NULL OR version = ANY ($3))
          RETURNING ${columns}`,
        [id, tenant.id, versions === "any" ? null : versions, ...given.map((name) => change[name])],
      );
      if (rows[0]) return rows[0];
      const { rows: there } = await client.query(
        "SELECT FROM minixdr.incidents WHERE id = $1 AND organization_id = $2",
        [id, tenant.id],
      );
      throw new Problem(there[0] ? "precondition-failed" : "not-found");
    });
    await this.cache.put(keyOf(tenant, id), JSON.stringify(changed));
    return changed;
  }
}

/** Incidents of these organizations that changed since a time, oldest change first. */
export async function changedSince(
  store: Store,
  organizations: string[],
  since: Date,
): Promise<(IncidentBody & { organization: string })[]> {
  const { rows } = await store.read("read", (client) =>
    client.query<IncidentBody & { organization: string }>(
      `SELECT ${columns}, organization_id AS organization FROM minixdr.incidents
        WHERE organization_id = ANY ($1) AND updated_at > $2 ORDER BY updated_at LIMIT 500`,
      [organizations, since],
    ),
  );
  return rows;
}

/** How many incidents are not resolved, by severity. */
export async function countActive(store: Store): Promise<Record<string, number>> {
  const { rows } = await store.read("read", (client) =>
    client.query<{ severity: string; count: number }>(
      "SELECT severity, count(*)::int AS count FROM minixdr.incidents WHERE status <> 'resolved' GROUP BY severity",
    ),
  );
  return Object.fromEntries(rows.map(({ severity, count }) => [severity, count]));
}

const keyOf = (tenant: Tenant, id: string) => `incident:${tenant.id}:${id}`;

function encodeCursor({ createdAt, id }: IncidentBody): string {
  return Buffer.from(`${new Date(createdAt).toISOString()} ${id}`).toString("base64url");
}

const cursorPattern =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

function decodeCursor(cursor: string): { createdAt: string; id: string } {
  const text = Buffer.from(cursor, "base64url").toString();
  const [, createdAt, id] = cursorPattern.exec(text) ?? [];
  if (!createdAt || !id || Number.isNaN(Date.parse(createdAt)))
    throw new Problem("bad-request", "cursor: not one that a page named");
  return { createdAt, id };
}
