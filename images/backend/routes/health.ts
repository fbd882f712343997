import type { FastifyInstance } from "fastify";
import type { Services } from "../services";

/** A pod's own health, and apart from it that of what it depends on. None of it needs a key, or is ever refused. */
export function healthRoutes(app: FastifyInstance, services: Services): void {
  const schema = { hide: true };

  /** What keeps this process from serving; whatever else is broken, it can still do its best. */
  const ownFaults = () => [
    ...(services.model ? [] : ["starting: the detection model is not loaded"]),
    ...(services.drain.draining ? ["draining"] : []),
    ...(services.stall.stalled ? ["the event loop stalled"] : []),
  ];

  app.get("/health", { schema }, (_, reply) =>
    reply.send({
      ...services.state(),
      version: services.version,
      model: services.model?.version ?? null,
      faults: ownFaults(),
    }),
  );
  app.get("/health/live", { schema }, (_, reply) => reply.send({ status: "alive" }));
  app.get("/health/startup", { schema }, (_, reply) =>
    reply.code(services.model ? 200 : 503).send({ model: services.model?.version ?? null }),
  );
  // Kubelet and load balancer ask here. A database that all share must not take all pods out.
  app.get("/health/serving", { schema }, (_, reply) => {
    const faults = ownFaults();
    return reply.code(faults.length > 0 ? 503 : 200).send({ faults });
  });
  // People and probes from outside ask here: is the platform whole?
  app.get("/health/ready", { schema }, async (_, reply) => {
    const failed = await services.dependencies.failed();
    return reply.code(failed.length > 0 ? 503 : 200).send({ failed });
  });
  app.get("/metrics", { schema }, async (_, reply) =>
    reply.type(services.metrics.registry.contentType).send(await services.metricsText()),
  );
}
