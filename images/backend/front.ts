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
    private readonly services: Pick<Services, "admission" | "metrics">,
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

  /** The router found its route. */
  routed(request: IncomingMessage, endpoint: string | undefined): void {
    this.visits.get(request)!.endpoint = endpoint;
  }

  /** All of the request is here, and it is worth some work. @throws Problem 503 when there is no place */
  begins(request: IncomingMessage): void {
    const visit = this.visits.get(request)!;
    if (!this.services.admission.enter(visit.lane)) {
      this.services.metrics.refused("busy");
      throw overloaded;
    }
    visit.working = true;
  }
}
