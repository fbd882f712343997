import { Type } from "typebox";
import type { App } from "../router";
import { refusals } from "../problems";
import type { Services } from "../services";

const modes = ["normal", "degraded", "read-only"] as const;
const StateBody = Type.Object({
  mode: Type.Enum(modes),
  reasons: Type.Array(Type.String()),
  version: Type.String(),
});

/** What the service can do now, and its description. Neither needs a key. */
export function stateRoutes(app: App, services: Services): void {
  app.get(
    "/api/state",
    {
      schema: {
        summary: "What the service can do now",
        response: {
          200: {
            description: "`read-only`: what was read before is still shown; writes are refused.",
            content: { "application/json": { schema: StateBody } },
          },
          ...refusals(500),
        },
      },
    },
    () => ({ ...services.state(), version: services.version }),
  );
  app.get("/api/openapi.json", { schema: { hide: true } }, (_, reply) =>
    reply.send(app.swagger() as never),
  );
}
