import { once } from "node:events";
import http, { type IncomingMessage, type RequestOptions, type ServerResponse } from "node:http";
import { LocalServer } from "../../../lib/http-server";
import type { BalancerConfig } from "../../../chaos/traffic/load-balancer/balancer";

/** Name of the only group of `balancerConfig`. */
export const group = "backend";

/** A load balancer with one group whose times are short; times in seconds. */
export function balancerConfig(change: {
  idleTimeout?: number;
  connectTimeout?: number;
  deregistrationDelay?: number;
  interval?: number;
  healthyThreshold?: number;
  rules?: BalancerConfig["rules"];
  localAddress?: string;
  accessLog?: string;
}): BalancerConfig {
  const { interval = 0.05, healthyThreshold = 2, deregistrationDelay = 5, ...others } = change;
  return {
    listen: { host: "127.0.0.1", port: 0 },
    groups: [
      {
        name: group,
        deregistrationDelay,
        healthCheck: {
          path: "/health",
          interval,
          timeout: interval * 0.6,
          healthyThreshold,
          unhealthyThreshold: 2,
          matcher: "200",
        },
      },
    ],
    rules: [{ paths: ["/api/*"], group }],
    defaultGroup: group,
    idleTimeout: 5,
    connectTimeout: 5,
    listener: { protocol: "https", port: 443 },
    ...others,
  };
}

/** What a target does with a request. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A target that passes its health checks unless told otherwise, and counts all other requests. */
export class TestTarget {
  /** What it answers to health checks; 0: nothing at all. */
  healthStatus = 200;
  /** What it answers to the next ones, before that. */
  nextHealth: number[] = [];
  /** Status of every check that it has answered, in order. */
  readonly checks: number[] = [];
  readonly requests: IncomingMessage[] = [];
  handle: Handle = (_, response) => response.end("here");
  private server!: LocalServer;

  static async start(handle?: Handle): Promise<TestTarget> {
    const target = new TestTarget();
    if (handle) target.handle = handle;
    target.server = await LocalServer.streaming((request, response) => {
      if (request.url !== "/health") {
        target.requests.push(request);
        return void target.handle(request, response);
      }
      const status = target.nextHealth.shift() ?? target.healthStatus;
      target.checks.push(status);
      if (status > 0) response.writeHead(status).end();
    });
    return target;
  }

  get port(): number {
    return Number(new URL(this.server.url).port);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** An answer in full. */
export interface Got {
  status: number;
  body: string;
  headers: http.IncomingHttpHeaders;
}

/** Asks and reads the answer to its end; rejects when that is cut short. */
export async function ask(url: string, options: RequestOptions = {}, body?: string): Promise<Got> {
  const response = await begin(url, options, body);
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += piece as string;
  return { status: response.statusCode!, body: text, headers: response.headers };
}

/** Asks and resolves with the answer's headers. */
export async function begin(
  url: string,
  options: RequestOptions = {},
  body?: string,
): Promise<IncomingMessage> {
  const request = http.request(url, { agent: false, ...options });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

/** A promise, and what resolves it. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
