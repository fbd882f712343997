import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import type { App } from "../router";
import type { Found } from "../cache";
import { etagOf, isNamed, versionsOf } from "../etag";
import { cursorPattern, IncidentBody, SeverityName, Status } from "../incidents";
import { refusals } from "../problems";
import type { Services } from "../services";

const security = [{ apiKey: [] }];
const Id = Type.Object({ id: Type.String({ format: "uuid" }) });
const text = { minLength: 1, maxLength: 255 };
const Changes = Type.Object(
  {
    status: Type.Optional(Status),
    assignee: Type.Optional(Type.Union([Type.String(text), Type.Null()])),
    note: Type.Optional(Type.Union([Type.String({ maxLength: 4096 }), Type.Null()])),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ status: "investigating" }] },
);
const Query = Type.Object(
  {
    status: Type.Optional(Status),
    severity: Type.Optional(SeverityName),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    cursor: Type.Optional(
      Type.String({ pattern: cursorPattern, description: "`next` of the page before." }),
    ),
  },
  { additionalProperties: false },
);
const cacheHeaders = {
  "x-cache": Type.String({
    enum: ["hit", "miss", "stale"],
    description: "stale: the database is slow or away; this is what was read last.",
  }),
  age: Type.Integer({ minimum: 0, description: "Seconds since it was read." }),
};
const json = (schema: object) => ({ content: { "application/json": { schema } } });

/** Incidents out. */
export function incidentRoutes(app: App, services: Services): void {
  const { incidents, streams } = services;

  app.get(
    "/api/incidents",
    {
      schema: {
        summary: "List incidents, newest first",
        security,
        querystring: Query,
        response: {
          200: {
            description: "A page.",
            headers: cacheHeaders,
            ...json(
              Type.Object({
                incidents: Type.Array(IncidentBody),
                next: Type.Union([Type.String(), Type.Null()]),
              }),
            ),
          },
          ...refusals(400, 401, 429, 500, 503),
        },
      },
      ...app.authenticated,
    },
    async (request, reply) => answer(reply, await incidents.list(request.tenant, request.query)),
  );

  app.get(
    "/api/incidents/stream",
    {
      exposeHeadRoute: false,
      schema: {
        summary: "Follow incidents as they change",
        description:
          "Server-Sent Events: `incident` events whose data is an incident, and comments as heartbeats.",
        security,
        response: {
          200: {
            description: "A stream.",
            content: { "text/event-stream": { schema: Type.String() } },
          },
          ...refusals(400, 401, 429, 500, 503),
        },
      },
      ...app.authenticated,
    },
    (request, reply) => {
      streams.open(request.tenant, reply.raw);
      reply.hijack();
    },
  );

  app.get(
    "/api/incidents/:id",
    {
      schema: {
        summary: "Read an incident",
        security,
        params: Id,
        headers: Type.Object({ "if-none-match": Type.Optional(Type.String()) }),
        response: {
          200: {
            description: "The incident.",
            headers: { ...cacheHeaders, etag: Type.String() },
            ...json(IncidentBody),
          },
          304: { description: "It still has the tag of If-None-Match.", type: "null" },
          ...refusals(400, 401, 404, 429, 500, 503),
        },
      },
      ...app.authenticated,
    },
    async (request, reply) => {
      const found = await incidents.get(request.tenant, request.params.id);
      const etag = etagOf(Number(/"version":(\d+)/.exec(found.text)![1]));
      void reply.header("etag", etag);
      if (isNamed(request.headers["if-none-match"], etag))
        return cached(reply, found).code(304).send();
      return answer(reply, found);
    },
  );

  app.patch(
    "/api/incidents/:id",
    {
      schema: {
        summary: "Change an incident that nobody else has changed",
        security,
        params: Id,
        headers: Type.Object({
          "if-match": Type.String({ description: "The ETag that was read.", examples: ['"1"'] }),
        }),
        body: Changes,
        response: {
          200: {
            description: "As it is now.",
            headers: { etag: Type.String() },
            ...json(IncidentBody),
          },
          ...refusals(400, 401, 404, 408, 412, 413, 415, 428, 429, 500, 503),
        },
      },
      ...app.authenticated,
    },
    async (request, reply) => {
      const versions = versionsOf(request.headers["if-match"]);
      const { tenant, params, body } = request;
      const incident = await incidents.update(tenant, params.id, versions, body);
      return reply
        .header("etag", etagOf(incident.version))
        .type("application/json")
        .send(JSON.stringify(incident) as never);
    },
  );
}

function cached(reply: unknown, { state, age }: Found): FastifyReply {
  return (reply as FastifyReply)
    .header("x-cache", state)
    .header("age", String(age))
    .header("cache-control", "private, no-cache");
}

function answer(reply: unknown, found: Found) {
  return cached(reply, found).type("application/json").send(found.text);
}
