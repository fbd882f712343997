import { once } from "node:events";
import { connect } from "node:net";

/** Whether anything accepts a connection there, now. */
export async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Whether anything answers a connection there within a second, a refusal included. */
export async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  const silence = AbortSignal.timeout(1000);
  try {
    await once(socket, "connect", { signal: silence });
    return true;
  } catch {
    return !silence.aborted;
  } finally {
    socket.destroy();
  }
}
