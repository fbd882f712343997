import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as TcpServer, type Socket } from "node:net";

/**
 * How a server ends without cutting anybody off.
 *
 * A kept connection that the server closes while its client is sending is a reset to the client. So
 * none is closed unasked: every answer from now on says `Connection: close`, and a connection ends
 * by its own answer. `http.Server.close()` would close idle ones at once.
 */
export class Drain {
  draining = false;
  private readonly sockets = new Set<Socket>();
  private readonly open = new Set<ServerResponse>();
  private onChange: () => void = () => undefined;

  constructor(private readonly server: Server) {
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => {
        this.sockets.delete(socket);
        this.onChange();
      });
    });
    // Before any other listener: the head may be written by the next one.
    server.prependListener("request", (_: IncomingMessage, response: ServerResponse) => {
      if (this.draining) response.setHeader("connection", "close");
      this.open.add(response);
      response.once("close", () => {
        this.open.delete(response);
        this.onChange();
      });
    });
  }

  /**
   * Serves on until no request is open, then stops listening. Resolves when the last connection has
   * gone, or after a while: who is still connected then has been silent for so long.
   *
   * @param longest milliseconds for all of it
   * @param silence milliseconds that an idle connection has to send one more request, and be told
   */
  async run(longest: number, silence: number): Promise<void> {
    this.draining = true;
    for (const response of this.open)
      if (!response.headersSent) response.setHeader("connection", "close");
    const end = performance.now() + longest;
    await this.until(() => this.open.size === 0, end);
    // Only the listening socket: of http.Server's own close we want nothing.
    TcpServer.prototype.close.call(this.server);
    const quiet = Math.min(end, performance.now() + silence);
    await this.until(() => this.sockets.size === 0, quiet);
    await this.until(() => this.open.size === 0, end);
  }

  private async until(holds: () => boolean, end: number): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, end - performance.now());
      this.onChange = () => {
        if (!holds()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
