import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { LoadBalancerSettings } from "./settings";
import type { Target } from "./target-group";

/** Headers that belong to one connection (RFC 9110, 7.6.1). */
const hopByHop = new Set(
  "connection keep-alive proxy-connection te trailer transfer-encoding upgrade".split(" "),
);

/** How a request ended. */
export interface Exchange {
  /** What the load balancer has answered; 460: the client went before. */
  status: number;
  /** What the target has answered, if it has. */
  targetStatus?: number;
  /** Whether the answer came from the target and went on in full. */
  whole: boolean;
  /** Whether it went over a connection that had carried another request. */
  reused: boolean;
  /** Why it failed. */
  reason?: string;
}

/**
 * Sends one request on to a target, and its answer back, as bytes come. It is sent once: AWS
 * documents no second try of a request, and the controller's maintainers say that there is none
 * (kubernetes-sigs/aws-load-balancer-controller#2366).
 *
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 * has what each failure is: 502 when the target refuses or resets, or the deregistration delay ends;
 * 504 when it does not take the connection in time or sends nothing for the idle time-out; 408 when
 * the client sends nothing for as long.
 */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  { idleTimeout, connectTimeout, listener }: LoadBalancerSettings,
  localAddress: string | undefined,
  ended: (exchange: Exchange) => void,
): void {
  const exchange: Exchange = { status: 0, whole: false, reused: false };
  const upstream = http.request({
    host: target.ip,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: forwardedHeaders(request, listener),
    localAddress,
    agent: target.agent,
    timeout: idleTimeout * 1000,
  });

  let open = true;
  let received: IncomingMessage | undefined;
  const end = (status: number, reason?: string) => {
    if (!open) return;
    open = false;
    clearTimeout(connecting);
    target.open.delete(cut);
    if (reason !== undefined) upstream.destroy();
    ended({ ...exchange, status, reason, whole: reason === undefined });
  };
  /** An answer of the load balancer's own, or the end of one that has begun. */
  const fail = (status: number, reason: string) => {
    if (!open) return;
    const begun = response.headersSent;
    end(begun ? response.statusCode : status, reason);
    if (begun) response.destroy();
    else answer(request, response, status);
  };
  const cut = () => fail(502, "the deregistration delay is over");
  target.open.add(cut);

  const connecting = setTimeout(() => fail(504, "no connection"), connectTimeout * 1000);
  upstream.on("socket", (socket) => {
    exchange.reused = upstream.reusedSocket;
    if (socket.connecting) socket.once("connect", () => clearTimeout(connecting));
    else clearTimeout(connecting);
  });
  upstream.on("timeout", () =>
    request.complete
      ? fail(504, "the target sends nothing")
      : fail(408, "the client sends nothing"),
  );
  upstream.on("error", (error: NodeJS.ErrnoException) => {
    // What a target does to the connection after its whole answer concerns the next request.
    if (!received?.complete) fail(502, error.code ?? error.message);
  });
  upstream.on("response", (answered) => {
    received = answered;
    const status = (exchange.targetStatus = answered.statusCode!);
    response.writeHead(status, answered.statusMessage, returnedHeaders(request, answered));
    answered.on("close", () => {
      if (!answered.complete) fail(502, "the target's answer is cut short");
    });
    answered.on("error", () => {}); // its close follows
    answered.pipe(response);
    // A stream's first bytes may be long in coming: its headers do not wait for them.
    setImmediate(() => open && !response.writableEnded && response.flushHeaders());
  });
  response.on("finish", () => end(response.statusCode));
  response.on("close", () => end(460, "the client went"));
  request.on("error", () => {}); // the response's close follows
  if (hasBody(request)) request.pipe(upstream);
  else upstream.end();
}

/** An answer of the load balancer's own. */
export function answer(request: IncomingMessage, response: ServerResponse, status: number): void {
  const body = `<html><head><title>${status} ${http.STATUS_CODES[status]}</title></head></html>\n`;
  response.writeHead(status, {
    Server: "awselb/2.0",
    "Content-Type": "text/html",
    "Content-Length": Buffer.byteLength(body),
    // The rest of a request that is not read to its end cannot be told from the next one.
    Connection: request.complete || !hasBody(request) ? connectionOf(request) : "close",
  });
  response.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function forwardedHeaders(
  request: IncomingMessage,
  { protocol, port }: LoadBalancerSettings["listener"],
): IncomingHttpHeaders {
  const named = new Set((request.headers.connection ?? "").toLowerCase().split(/\s*,\s*/));
  const kept = Object.entries(request.headers).filter(
    ([name]) => !hopByHop.has(name) && !named.has(name),
  );
  const client = request.socket.remoteAddress!.replace(/^::ffff:/, "");
  const before = request.headers["x-forwarded-for"];
  return {
    ...Object.fromEntries(kept),
    // Its length unknown, a body of any method goes on in pieces.
    ...(request.headers["transfer-encoding"] && { "transfer-encoding": "chunked" }),
    "x-forwarded-for": before ? `${String(before)}, ${client}` : client,
    "x-forwarded-proto": protocol,
    "x-forwarded-port": String(port),
  };
}

function returnedHeaders(request: IncomingMessage, { rawHeaders }: IncomingMessage): string[] {
  const kept: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!hopByHop.has(rawHeaders[i]!.toLowerCase())) kept.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  // The client's connection is its own; AWS' gives no hint of how long it is kept.
  return [...kept, "Connection", connectionOf(request)];
}

function connectionOf({ headers, httpVersion }: IncomingMessage): "close" | "keep-alive" {
  const asked = headers.connection?.toLowerCase() ?? "";
  if (httpVersion === "1.0") return asked.includes("keep-alive") ? "keep-alive" : "close";
  return asked.includes("close") ? "close" : "keep-alive";
}
