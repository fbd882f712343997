import { Type } from "typebox";
import type { App } from "../router";
import { Event } from "../events";
import { Problem, refusals } from "../problems";
import type { Services } from "../services";

const Body = Type.Union([
  Type.Object({ events: Type.Array(Event, { minItems: 1, maxItems: 500 }) }),
  Event,
]);
const Uuid = Type.String({ format: "uuid" });
const Accepted = Type.Object({
  accepted: Type.Integer(),
  events: Type.Array(Type.Object({ id: Uuid })),
  incidents: Type.Array(Uuid),
});
const Headers = Type.Object({
  "idempotency-key": Type.String({
    pattern: "^[!-~]([ -~]{0,253}[!-~])?$",
    description: "Names this request, whoever repeats it: 1 to 255 printable ASCII characters.",
    examples: ["0b6f0f1e-7a1c-4b0e-9a51-2f7b1a0c9d11"],
  }),
});

/** Events in. */
export function eventRoutes(app: App, services: Services): void {
  app.post(
    "/api/events",
    {
      schema: {
        summary: "Take in events",
        description:
          "Stores 1 to 500 events and what the detection model finds in them, exactly once for each Idempotency-Key.",
        security: [{ apiKey: [] }],
        headers: Headers,
        body: Body,
        response: {
          201: {
            description:
              "Stored. `Idempotency-Replayed: true` with the answer to an earlier request.",
            content: { "application/json": { schema: Accepted } },
          },
          ...refusals(400, 401, 408, 409, 413, 415, 422, 429, 500, 503),
        },
      },
      ...app.authenticated,
    },
    async (request, reply) => {
      if (!services.model) throw new Problem("overloaded", "starting");
      const { body, headers, tenant, rawBody } = request;
      const events = "events" in body && Array.isArray(body.events) ? body.events : [body as Event];
      const key = headers["idempotency-key"];
      const { response, replayed } = await services.ingestion.accept(tenant, {
        key,
        body: rawBody,
        events,
      });
      if (replayed) void reply.header("idempotency-replayed", "true");
      return reply
        .code(201)
        .type("application/json")
        .send(response as never);
    },
  );
}
