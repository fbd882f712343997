import { Socket } from "node:net";
import { Names } from "./names";

/** Milliseconds in which a name is looked up and whoever is there answers; within a Region it takes a few. */
const answerWithin = 500;

/** Nobody answered, not even with a refusal. */
export class NotReached extends Error {
  override readonly name = "NotReached";
  readonly code = "ETIMEDOUT";
  constructor() {
    super(`nobody answered a new connection for ${answerWithin} ms`);
  }
}

const { lookup } = new Names();

/**
 * A socket that gives up soon when nobody answers. Behind one name are several poolers; Kubernetes sends
 * new connections to one on a lost node until it believes the loss, for about 50 s, and that one says
 * nothing. Another try may meet a living one.
 */
export function impatientSocket(): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  // `pg` names a port and a host, and has no option for who looks the name up.
  socket.connect = ((port: number, host: string) =>
    connect({ port, host, lookup })) as typeof socket.connect;
  const timer = setTimeout(() => socket.destroy(new NotReached()), answerWithin);
  const heard = () => clearTimeout(timer);
  socket.once("connect", heard);
  socket.once("close", heard);
  return socket;
}
