import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers a request; the body comes as text, once it is there as a whole. */
export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A small HTTP server on a free port of the loopback interface. */
export class LocalServer {
  private constructor(
    private readonly server: Server,
    /** Its address, without a slash at the end. */
    readonly url: string,
  ) {}

  static async start(handle: Handler): Promise<LocalServer> {
    return LocalServer.streaming((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => handle(request, response, body));
    });
  }

  /** The same for a handler that reads the body by itself. */
  static async streaming(
    handle: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<LocalServer> {
    const server = createServer(handle);
    await new Promise<void>((resolve, reject) =>
      server.once("error", reject).listen(0, "127.0.0.1", resolve),
    );
    const { port } = server.address() as AddressInfo;
    return new LocalServer(server, `http://127.0.0.1:${port}`);
  }

  /** Ends its connections, those that still wait for an answer too. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
