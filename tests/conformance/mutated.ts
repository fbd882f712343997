import { Agent, createServer, request, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";

/** A request on its way to the image, or an answer on its way back. */
export interface Passing {
  method: string;
  path: string;
  headers: Record<string, string | undefined>;
  body: string;
  status: number;
  /** Asks the image itself, unbroken. */
  ask(path: string, headers: Record<string, string | undefined>): Promise<Passing>;
}

/** What breaks one thing of an image that is whole. */
export interface Mutant {
  /** Changes a request. */
  request?(passing: Passing): void | Promise<void>;
  /** Changes an answer; the request's headers and body are what the client sent. */
  answer?(answer: Passing, client: Passing): void | Promise<void>;
  /** Changes what a stream sends. */
  stream?(text: string): string;
}

/** A proxy before an image: every client's connection is one of its own to the image. */
export class Mutated {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(upstream: string, mutant: Mutant, port = 0): Promise<Mutated> {
    const agents = new WeakMap<Socket, Agent>();
    const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
      const { socket } = incoming;
      let agent = agents.get(socket);
      if (!agent) {
        agent = new Agent({ keepAlive: true, maxSockets: 1 });
        agents.set(socket, agent);
        socket.once("close", () => agent!.destroy());
      }
      const send = (what: Passing) => forward(upstream, agent, what);
      const handle = async () => {
        const sent = await passing(incoming, incoming.method!, incoming.url!, 0, upstream);
        const client = { ...sent, headers: { ...sent.headers } };
        await mutant.request?.(sent);
        const answer = await send(sent);
        const type = answer.headers["content-type"] ?? "";
        if (type.startsWith("text/event-stream")) {
          await mutant.answer?.(
            { ...client, headers: answer.headers as never, body: "", status: answer.statusCode! },
            client,
          );
          outgoing.writeHead(answer.statusCode!, {
            ...answer.headers,
            "content-type": answer.headers["content-type"],
          });
          outgoing.on("close", () => answer.destroy());
          answer
            .setEncoding("utf8")
            .on("data", (text: string) => outgoing.write(mutant.stream?.(text) ?? text));
          answer.on("error", () => outgoing.destroy()).on("end", () => outgoing.end());
          return;
        }
        const back = await passing(
          answer,
          client.method,
          client.path,
          answer.statusCode!,
          upstream,
        );
        await mutant.answer?.(back, client);
        delete back.headers["transfer-encoding"];
        if (back.status !== 304)
          back.headers["content-length"] = String(Buffer.byteLength(back.body));
        outgoing.writeHead(back.status, present(back.headers)).end(back.body);
      };
      handle().catch(() => outgoing.destroy());
    });
    await once(server.listen(port, "127.0.0.1"), "listening");
    return new Mutated(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function passing(
  message: IncomingMessage,
  method: string,
  path: string,
  status: number,
  upstream: string,
): Promise<Passing> {
  let body = "";
  message.setEncoding("utf8");
  for await (const text of message) body += text as string;
  const headers = { ...message.headers } as Passing["headers"];
  const ask: Passing["ask"] = async (path, headers) => {
    const what = { method: "GET", path, headers, body: "", status: 0, ask };
    const answer = await forward(upstream, undefined, what);
    return passing(answer, "GET", path, answer.statusCode!, upstream);
  };
  return { method, path, headers, body, status, ask };
}

function forward(
  upstream: string,
  agent: Agent | undefined,
  what: Passing,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = what.body ? String(Buffer.byteLength(what.body)) : undefined;
    const own = { "transfer-encoding": undefined, expect: undefined, "content-length": length };
    const options = { agent, method: what.method, headers: present({ ...what.headers, ...own }) };
    request(upstream + what.path, options, resolve)
      .on("error", reject)
      .end(what.body);
  });
}

function present(headers: Passing["headers"]): Record<string, string> {
  const there = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as Record<string, string>;
}
