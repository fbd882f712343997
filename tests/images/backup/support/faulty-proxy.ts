import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** Handles a request instead of the cloud; returns false to let it pass. */
export type Fault = (incoming: IncomingMessage, response: ServerResponse) => boolean;

/** Stands before the cloud and injects what moto does not do: denials, broken lines. */
export class FaultyProxy {
  /** How often the fault has struck: proof that it happened. */
  struck = 0;
  fault: Fault = () => false;

  private constructor(
    private readonly server: Server,
    readonly endpoint: string,
  ) {}

  static async start(target: string): Promise<FaultyProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const proxy = new FaultyProxy(server, `http://127.0.0.1:${port}`);
    server.on("request", (incoming, response) => {
      if (proxy.fault(incoming, response)) {
        proxy.struck += 1;
        return;
      }
      const { method, headers, url } = incoming;
      const onward = request(new URL(url!, target), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      incoming.pipe(onward);
    });
    return proxy;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** S3's answer when the key's policy does not let the caller use it. */
export function deny(response: ServerResponse, action: string): boolean {
  response.writeHead(403, { "content-type": "application/xml" });
  response.end(
    `<Error><Code>AccessDenied</Code><Message>User is not authorized to perform: ${action}</Message></Error>`,
  );
  return true;
}
