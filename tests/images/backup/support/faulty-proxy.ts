import { Transform, type Readable } from "node:stream";
import { request, type IncomingMessage, type ServerResponse } from "node:http";
import { LocalServer } from "../../../../lib/http-server";

/** Handles a request instead of the cloud; returns false to let it pass. */
export type Fault = (incoming: IncomingMessage, response: ServerResponse) => boolean;

/** Stands before the cloud and injects what moto does not do: denials, broken connections. */
export class FaultyProxy {
  /** How often the fault has struck: proof that it happened. */
  struck = 0;
  fault: Fault = () => false;
  /** Requests whose body loses a bit on its way. */
  corrupts: (incoming: IncomingMessage) => boolean = () => false;

  private constructor(private readonly server: LocalServer) {}

  static async start(target: string): Promise<FaultyProxy> {
    const server = await LocalServer.streaming((incoming, response) => {
      if (proxy.fault(incoming, response)) proxy.struck += 1;
      else if (proxy.corrupts(incoming)) {
        proxy.struck += 1;
        pass(incoming, response, target, incoming.pipe(flipped()));
      } else pass(incoming, response, target);
    });
    const proxy = new FaultyProxy(server);
    return proxy;
  }

  get endpoint(): string {
    return this.server.url;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

function pass(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: string,
  body: Readable = incoming,
): void {
  const { method, headers, url } = incoming;
  const onward = request(new URL(url!, target), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  body.pipe(onward);
}

/** Passes on all but the first bit. */
function flipped(): Transform {
  let first = true;
  return new Transform({
    transform(chunk: Buffer, _, next) {
      if (first) chunk[0]! ^= 1;
      first = false;
      next(null, chunk);
    },
  });
}

/** S3's answer when the key's policy does not let the caller use it. */
export function deny(response: ServerResponse, action: string): boolean {
  response.writeHead(403, { "content-type": "application/xml" });
  response.end(
    `<Error><Code>AccessDenied</Code><Message>User is not authorized to perform: ${action}</Message></Error>`,
  );
  return true;
}
