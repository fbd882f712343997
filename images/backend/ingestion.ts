import { hash, randomUUID } from "node:crypto";
import { correlate, type Incident } from "./detection/detect";
import type { Model } from "./detection/model";
import type { Event } from "./events";
import { sourceOf, type Metrics } from "./metrics";
import { Problem } from "./problems";
import type { Store } from "./store";
import type { Tenant } from "./tenants";

/** A request to take events in. */
export interface Batch {
  key: string;
  /** The body as it was sent: its digest tells a repetition from another request. */
  body: Buffer;
  events: Event[];
}

/** The answer, as stored with the events. */
export interface Accepted {
  response: string;
  /** It is the answer to an earlier request with this key. */
  replayed: boolean;
}

interface Claimed {
  /** False where another request with this key is running. */
  locked: boolean;
  /** False where this key was used before. */
  inserted: boolean;
  made: Record<string, boolean> | null;
}

/**
 * Key, events and incidents in one statement: all or nothing, in one round trip. The lock is tried
 * first, so that a second request with the key is told at once instead of waiting for the first one.
 * Its snapshot may be older than the lock; ON CONFLICT sees committed keys all the same. It has a
 * name, so that each connection parses it once; PgBouncer carries that over to its own connections.
 * Columns go as arrays, which cost either side less than records of JSON.
 */
const ingest = {
  name: "ingest",
  text: `
  WITH claim AS (
    SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2, 0)) AS locked
  ), key AS (
    INSERT INTO minixdr.idempotency_keys (organization_id, key, body_sha256, response)
    SELECT $1::uuid, $2, $3, $4 FROM claim WHERE locked
    ON CONFLICT DO NOTHING RETURNING key
  ), stored AS (
    INSERT INTO minixdr.events (id, organization_id, idempotency_key, position, occurred_at,
                                source_type, class_uid, severity_id, incident_id, body)
    SELECT e.id, $1::uuid, key.key, e.number - 1, to_timestamp(e.time / 1000.0), e.source_type,
           e.class_uid, e.severity_id, e.incident_id, e.body
      FROM key, ROWS FROM (
        unnest($5::uuid[], $6::float8[], $7::text[], $8::int[], $9::smallint[], $10::uuid[]),
        json_array_elements($11::json)
      ) WITH ORDINALITY AS e (id, time, source_type, class_uid, severity_id, incident_id, body, number)
  ), found AS (
    INSERT INTO minixdr.incidents AS known (id, organization_id, severity, rule, title, entity, score, events,
                                            first_seen, last_seen, model_version)
    SELECT i.id, $1::uuid, i.severity, i.rule, i.title, i.entity, i.score, i.events,
           to_timestamp(i."firstSeen" / 1000.0), to_timestamp(i."lastSeen" / 1000.0), $13
      FROM key, jsonb_to_recordset($12::jsonb) AS i (id uuid, severity minixdr.severity, rule text, title text,
                                                    entity text, score float8, events int, "firstSeen" float8, "lastSeen" float8)
     ORDER BY i.id
    ON CONFLICT (id) DO UPDATE SET
      severity = greatest(known.severity, excluded.severity),
      score = greatest(known.score, excluded.score),
      events = known.events + excluded.events,
      first_seen = least(known.first_seen, excluded.first_seen),
      last_seen = greatest(known.last_seen, excluded.last_seen),
      version = known.version + 1,
      updated_at = now()
    RETURNING id, xmax = 0 AS made
  )
  SELECT locked, EXISTS (SELECT FROM key) AS inserted,
         (SELECT json_object_agg(id, made) FROM found) AS made
    FROM claim`,
};

/** PostgreSQL's text of an array; no element has a quote or a backslash. */
function arrayOf(elements: (string | number | undefined)[]): string {
  return `{${elements.map((element) => element ?? "NULL").join()}}`;
}

/** Takes events in, each exactly once however often its request is repeated. */
export class Ingestion {
  constructor(
    private readonly store: Store,
    private readonly model: () => Model,
    private readonly metrics: Metrics,
    /** Told after the commit that a tenant's incidents have changed. */
    private readonly onIncidents: (tenant: Tenant) => void,
  ) {}

  /**
   * Stores a batch and its incidents, or finds that it was stored before.
   *
   * @throws Problem 409 while the same key is in work, 422 for a key of another body, 503 with
   *   nothing written, or with an unknown outcome where it says so.
   */
  async accept(tenant: Tenant, { key, body, events }: Batch): Promise<Accepted> {
    const digest = hash("sha256", body, "buffer");
    const { incidents, ofEvent } = correlate(this.model(), tenant.id, events);
    const ids = events.map(() => randomUUID());
    const response = JSON.stringify({
      accepted: events.length,
      events: ids.map((id) => ({ id })),
      incidents: incidents.map(({ id }) => id),
    });
    const values = [
      tenant.id,
      key,
      digest,
      response,
      arrayOf(ids),
      arrayOf(events.map(({ time }) => time)),
      arrayOf(events.map(({ metadata }) => `"${sourceOf(metadata.product.name)}"`)),
      arrayOf(events.map(({ class_uid }) => class_uid)),
      arrayOf(events.map(({ severity_id }) => severity_id)),
      arrayOf(ofEvent),
      JSON.stringify(events),
      JSON.stringify(incidents),
      this.model().version,
    ];
    const done = await this.store.write("ingest", async (client) => {
      const claimed = (await client.query<Claimed>({ ...ingest, values })).rows[0]!;
      if (!claimed.locked) throw new Problem("key-in-use");
      if (claimed.inserted) return { response, replayed: false, made: claimed.made ?? {} };
      const earlier = await client.query<{ body_sha256: Buffer; response: string }>(
        "SELECT body_sha256, response FROM minixdr.idempotency_keys WHERE organization_id = $1 AND key = $2",
        [tenant.id, key],
      );
      const row = earlier.rows[0]!;
      if (!row.body_sha256.equals(digest)) throw new Problem("key-reused");
      return { response: row.response, replayed: true, made: {} };
    });
    if (!done.replayed) this.count(tenant, events, incidents, done.made);
    return done;
  }

  private count(
    tenant: Tenant,
    events: Event[],
    incidents: Incident[],
    made: Record<string, boolean>,
  ): void {
    const sources = new Map<string, number>();
    for (const { metadata } of events) {
      const source = sourceOf(metadata.product.name);
      sources.set(source, (sources.get(source) ?? 0) + 1);
    }
    for (const [source, number] of sources) this.metrics.stored(source, tenant.name, number);
    for (const { id, severity } of incidents)
      if (made[id]) this.metrics.incident(severity, tenant.name);
    if (incidents.length > 0) this.onIncidents(tenant);
  }
}
