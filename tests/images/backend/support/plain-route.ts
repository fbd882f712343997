// An equally plain route, as anyone would write it: the same Fastify, schema, table and pool, one
// transaction. It leaves out API key, idempotency key with its answer, digest, detection, incidents,
// limits, time-outs, breaker and metrics. Rows go as records of JSON; the contract sends columns,
// which is cheaper, so the difference is that of the two programs and not of the contract alone.
import { randomUUID } from "node:crypto";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify from "fastify";
import { Pool } from "pg";
import { Type } from "typebox";
import { Event } from "../../../../images/backend/events";
import { readDatabase } from "../../../../images/backend/settings";
import { validatorCompiler } from "../../../../images/backend/validate";

const insert = `
  INSERT INTO minixdr.events (id, organization_id, idempotency_key, position, occurred_at,
                              source_type, class_uid, severity_id, body)
  SELECT e.id, $1, $2, e.position, to_timestamp(e.time / 1000.0), e.source_type, e.class_uid,
         e.severity_id, e.body
    FROM ROWS FROM (
      jsonb_to_recordset($3::jsonb) AS (id uuid, position int, time float8, source_type text,
                                        class_uid int, severity_id smallint),
      unnest($4::json[])
    ) AS e (id, position, time, source_type, class_uid, severity_id, body)`;

async function main(): Promise<void> {
  const { host, port, database, user, password, ca } = readDatabase(process.env);
  const ssl = { ca, servername: host };
  const pool = new Pool({ host, port, database, user, password, ssl, max: 10 });
  const app = fastify().withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  const body = Type.Object({ events: Type.Array(Event, { minItems: 1, maxItems: 500 }) });
  app.post("/api/events", { schema: { body } }, async ({ body: { events } }, reply) => {
    const ids = events.map(() => randomUUID());
    const rows = events.map(({ time, metadata, class_uid, severity_id }, position) => ({
      ...{ id: ids[position], position, time, class_uid, severity_id },
      source_type: metadata.product.name,
    }));
    const bodies = events.map((event) => JSON.stringify(event));
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      // The column is there; here it names nothing.
      const values = [process.env.ORGANIZATION, randomUUID(), JSON.stringify(rows), bodies];
      await client.query(insert, values);
      await client.query("COMMIT");
    } finally {
      client.release();
    }
    return reply.code(201).send({ accepted: events.length, events: ids.map((id) => ({ id })) });
  });
  await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
  console.log("listening");
}

void main();
