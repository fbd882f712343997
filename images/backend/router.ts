import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  onRequestAsyncHookHandler,
  RawServerDefault,
} from "fastify";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Tenant } from "./tenants";

declare module "fastify" {
  interface FastifyRequest {
    /** Whom the API key belongs to, on routes that want one. */
    tenant: Tenant;
    /** The body as it was sent. */
    rawBody: Buffer;
  }
  interface FastifyInstance {
    /** Options of a route that wants an API key. */
    authenticated: { onRequest: onRequestAsyncHookHandler };
  }
}

/** Where routes are put, typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
