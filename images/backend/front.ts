import type { IncomingMessage, ServerResponse } from "node:http";
import type { Endpoints } from "./endpoints";
import { laneOf, type Lane } from "./overload";
import { Problem } from "./problems";
import type { Services } from "./services";

/** One request on its way through the process. */
interface Visit {
  lane: Lane;
  /** Its route; absent where none was found. */
  endpoint?: string;
  /** Whether it holds a place among those in work. */
  working: boolean;
  /** Runs until the route's time-out. */
  limit?: NodeJS.Timeout;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const streamEndpoint = "/api/incidents/stream";
const overloaded = new Problem("overloaded");
const overloadedBody = Buffer.from(JSON.stringify(overloaded.body));
const overloadedHead = {
  "content-type": "application/problem+json",
  "content-length": String(overloadedBody.length),
  ...overloaded.headers,
};

/**
 * What stands before the routes. It refuses what is too much in a few microseconds, before anything
 * is parsed, and counts every request, refused or not, once it has ended.
 */
export class Front {
  private readonly visits = new WeakMap<IncomingMessage, Visit>();

  constructor(
    private readonly services: Pick<Services, "admission" | "metrics" | "settings">,
    private readonly endpoints: Endpoints,
  ) {}

  /** Wraps the router's handler. */
  before(handler: Handler): Handler {
    const { admission, metrics } = this.services;
    return (request, response) => {
      const started = performance.now();
      const { method = "", url = "/" } = request;
      const visit: Visit = { lane: laneOf(method, url), working: false };
      this.visits.set(request, visit);
      response.once("close", () => {
        clearTimeout(visit.limit);
        if (visit.working) admission.leave(visit.lane);
        const { endpoint = "unmatched" } = visit;
        // 499, as others have it: the client left before the answer.
        const status = response.writableFinished ? response.statusCode : 499;
        const duration = endpoint === streamEndpoint ? undefined : performance.now() - started;
        metrics.request(method, endpoint, status, duration);
      });
      const reason = admission.refuses(visit.lane);
      if (!reason) return handler(request, response);
      metrics.refused(reason);
      visit.endpoint = this.endpoints.find(url)?.route;
      response.writeHead(503, overloadedHead).end(overloadedBody);
    };
  }

  /**
   * The router found its route.
   *
   * @param late answers where nobody has by the route's time-out. Own, as Fastify's `handlerTimeout`
   *   makes and aborts a signal for every request, a tenth of the time of a short one.
   */
  routed(request: IncomingMessage, endpoint: string | undefined, late: () => void): void {
    const visit = this.visits.get(request)!;
    visit.endpoint = endpoint;
    visit.limit = setTimeout(late, this.services.settings.timeouts.route);
  }

  /** All of the request is here, and it is worth some work. Returns the refusal when there is no place. */
  begins(request: IncomingMessage): Problem | undefined {
    const visit = this.visits.get(request)!;
    if (!this.services.admission.enter(visit.lane)) {
      this.services.metrics.refused("busy");
      return overloaded;
    }
    visit.working = true;
    return undefined;
  }
}
