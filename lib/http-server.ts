import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers a request; the body comes as text, once it is there as a whole. */
export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A small HTTP server on a free port of one address, the loopback interface's by default. */
export class LocalServer {
  private constructor(
    private readonly server: Server,
    /** Its address, without a slash at the end. */
    readonly url: string,
  ) {}

  static async start(handle: Handler, address?: string): Promise<LocalServer> {
    return LocalServer.streaming((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => handle(request, response, body));
    }, address);
  }

  /** The same for a handler that reads the body by itself. */
  static async streaming(
    handle: (request: IncomingMessage, response: ServerResponse) => void,
    address = "127.0.0.1",
  ): Promise<LocalServer> {
    const server = createServer(handle);
    await new Promise<void>((resolve, reject) =>
      server.once("error", reject).listen(0, address, resolve),
    );
    const { port } = server.address() as AddressInfo;
    return new LocalServer(server, `http://${address}:${port}`);
  }

  /** Ends its connections, those that still wait for an answer too. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
