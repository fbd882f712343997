import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { choose, isKnown, type Asset } from "./assets";
import { securityHeaders } from "./headers";
import { Metrics } from "./metrics";

/** How long a kept connection may idle, ms: longer than the load balancer's 60 s. */
export const keepAlive = 75_000;

/** Serves the page's files, `/healthz` and `/metrics`. */
export class StaticServer {
  private readonly metrics = new Metrics();
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer(
    (request, response) => void this.answer(request, response),
  );
  private draining = false;

  constructor(private readonly assets: ReadonlyMap<string, Asset>) {
    this.server.keepAliveTimeout = keepAlive;
    // A whole request has to be there by then, ms; it has no body.
    this.server.headersTimeout = this.server.requestTimeout = 15_000;
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  /** Listens; 0 takes a free port. Returns the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) =>
      this.server.once("error", reject).listen(port, resolve),
    );
    return (this.server.address() as AddressInfo).port;
  }

  /**
   * Ends without a request lost: goes on answering, new connections too, and asks each one to
   * close, since whoever holds a kept connection may use it until it is told. Resolves once all
   * are closed; what is still open after `limit` ms is cut off.
   */
  async drain(limit: number): Promise<void> {
    this.draining = true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limit);
      const closed = () => {
        if (this.sockets.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
      const watch = (socket: Socket) => socket.once("close", closed);
      this.sockets.forEach(watch);
      this.server.on("connection", watch);
      closed();
    });
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const path = request.url!.split("?", 1)[0]!;
    const known = this.assets.has(path) || path === "/healthz" || path === "/metrics";
    const method = reading(request) ? request.method! : "other";
    response.once("close", () =>
      this.metrics.answered(
        method,
        known ? path : "other",
        response.statusCode,
        (performance.now() - started) / 1000,
      ),
    );
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    // An unread body must not be taken for the next request.
    if (this.draining || !reading(request)) response.setHeader("connection", "close");
    if (!known) return text(response, 404, "not found\n");
    if (!reading(request)) {
      response.setHeader("allow", "GET, HEAD");
      return text(response, 405, "only GET and HEAD\n");
    }
    if (path === "/healthz")
      return this.draining ? text(response, 503, "draining\n") : text(response, 200, "serving\n");
    if (path === "/metrics") {
      const figures = await this.metrics.registry.metrics();
      response.setHeader("content-type", this.metrics.registry.contentType);
      return text(response, 200, figures);
    }
    this.file(this.assets.get(path)!, request, response);
  }

  private file(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
    const { body, encoding, etag } = choose(asset, request.headers["accept-encoding"] as string);
    response.setHeader("etag", etag);
    response.setHeader("vary", "accept-encoding");
    // Asked for again each time, and then a 304: during a rollout pods of two versions answer.
    response.setHeader("cache-control", "no-cache");
    if (isKnown(request.headers["if-none-match"], etag)) return void response.writeHead(304).end();
    if (encoding) response.setHeader("content-encoding", encoding);
    response.setHeader("content-type", asset.type);
    response.setHeader("content-length", body.length);
    // Node sends no body in answer to HEAD.
    response.end(body);
  }
}

function reading({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

function text(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status;
  response.setHeader("cache-control", "no-store");
  if (!response.hasHeader("content-type"))
    response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}
