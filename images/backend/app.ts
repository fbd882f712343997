import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { Server } from "node:http";
import { Endpoints, type Endpoint } from "./endpoints";
import { Front } from "./front";
import { log } from "./log";
import { version } from "./package.json";
import { kindOf, Problem } from "./problems";
import type { App } from "./router";
import { eventRoutes } from "./routes/events";
import { healthRoutes } from "./routes/health";
import { incidentRoutes } from "./routes/incidents";
import { stateRoutes } from "./routes/state";
import { RateLimit } from "./rate";
import type { Services } from "./services";
import { validatorCompiler } from "./validate";

const maxBody = 2 ** 20;

const description = {
  openapi: "3.1.0",
  info: {
    title: "mini-xdr",
    version,
    description:
      "Security events in, incidents out. A refusal is a problem document (RFC 9457); what it refuses was not written, except where the header `Outcome: unknown` says that it may have been.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{ url: "/" }],
  components: {
    securitySchemes: {
      apiKey: { type: "apiKey" as const, in: "header" as const, name: "X-API-Key" },
    },
  },
};

/** Puts the routes on a server that the caller made and starts. */
export async function buildApp(server: Server, services: Services): Promise<App> {
  const endpoints = new Endpoints();
  const front = new Front(services, endpoints);
  const app: App = fastify({
    serverFactory: (handler) => server.on("request", front.before(handler)),
    bodyLimit: maxBody,
    // While draining, connections end by their answers; nothing is refused for it.
    return503OnClosing: false,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setErrorHandler(refuse);
  keepRawBody(app);
  // With callbacks, as promises of hooks that wait for nothing cost every request some turns.
  app.addHook("onRequest", (request, reply, done) => {
    const { raw, url, is404, routeOptions } = request;
    const endpoint = is404 ? endpoints.find(url) : undefined;
    front.routed(raw, endpoint?.route ?? routeOptions.url, () => {
      if (!reply.sent && !reply.raw.headersSent) reply.send(tooLate(request));
    });
    // Before its body is looked at.
    if (is404) done(notThere(endpoint));
    else done();
  });
  app.addHook("preValidation", ({ raw }, _, done) => done(front.begins(raw)));
  authenticate(app, services);
  endpoints.watch(app as unknown as FastifyInstance);
  await app.register(swagger, { openapi: description });

  stateRoutes(app, services);
  eventRoutes(app, services);
  incidentRoutes(app, services);
  healthRoutes(app as unknown as FastifyInstance, services);
  await app.ready();
  return app;
}

function authenticate(app: App, { tenants, settings }: Services): void {
  const rate = new RateLimit(settings.limits.rate);
  app.decorateRequest("tenant");
  app.decorate("authenticated", {
    onRequest: async (request: FastifyRequest) => {
      const key = request.headers["x-api-key"];
      request.tenant = await tenants.of(typeof key === "string" ? key : undefined);
      if (!rate.take(request.tenant.id)) throw new Problem("too-many-requests");
    },
  });
}

/** The answer at the route's time-out. */
function tooLate({ method, rawBody }: FastifyRequest): Problem {
  if (method === "GET" || method === "HEAD") return new Problem("database-slow");
  // Without its body, no work began; with it, the work may still run, and commit.
  return new Problem(rawBody ? "unknown-outcome" : "request-timeout");
}

function notThere(endpoint: Endpoint | undefined): Problem {
  if (!endpoint) return new Problem("not-found");
  const problem = new Problem("method-not-allowed");
  problem.headers.allow = [...endpoint.methods].join(", ");
  return problem;
}

/** JSON only; the bytes stay, as their digest tells a repetition from another request. */
function keepRawBody(app: App): void {
  app.decorateRequest("rawBody");
  // Attributes that could change prototypes are dropped: they are JSON like any, and mean nothing here.
  const parse = app.getDefaultJsonParser("remove", "remove");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    request.rawBody = body as Buffer;
    // The default parser is synchronous.
    void parse(request, body.toString("utf8"), done);
  });
}

/** Every error becomes a problem document. What is not the client's fault is logged, and told to nobody. */
function refuse(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) {
  const problem = error instanceof Problem ? error : problemOf(error);
  if (problem.kind === "internal")
    log.error("request failed", {
      method: request.method,
      route: request.routeOptions.url,
      error: error.stack ?? error.message,
    });
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type("application/problem+json")
    .send(JSON.stringify(problem.body));
}

function problemOf(error: FastifyError): Problem {
  const { validation, validationContext: part } = error;
  if (!validation) {
    const kind = kindOf(error.statusCode ?? 500);
    return new Problem(kind, kind === "internal" ? undefined : error.message);
  }
  const [first] = validation;
  const missing = (first?.params as { requiredProperties?: string[] }).requiredProperties?.[0];
  if (part === "headers" && missing === "if-match") return new Problem("precondition-required");
  const where = first?.instancePath.replaceAll("/", ".") ?? "";
  return new Problem("bad-request", `${part}${where}: ${first?.message}`);
}
