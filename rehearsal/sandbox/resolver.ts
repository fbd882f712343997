// A thread of its own: what asks for names must not wait for the load that the test beds make in theirs.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { decode, encode, type Answer } from "dns-packet";

interface Records {
  addresses: string[];
  /** Seconds for which the resolver believes them. */
  timeToLive: number;
}

/** A name's new records. */
export interface Move extends Records {
  name: string;
}

/** What the thread is given: its address, the way moves come, and the flag that one is made. */
export interface ResolverData {
  address: string;
  port: MessagePort;
  made: Int32Array;
}

const records = new Map<string, Records>();
const cache = new Map<string, Records & { until: number }>();
let turn = 0;

/** @returns milliseconds for which the cache still gives the old answer */
function set({ name, timeToLive, addresses }: Move): number {
  records.set(name, { addresses, timeToLive });
  return Math.max(0, (cache.get(name)?.until ?? 0) - performance.now());
}

function resolve(name: string): Records | undefined {
  const now = performance.now();
  const cached = cache.get(name);
  if (cached && cached.until > now)
    return { ...cached, timeToLive: Math.ceil((cached.until - now) / 1000) };
  const found = records.get(name);
  if (found) cache.set(name, { ...found, until: now + found.timeToLive * 1000 });
  return found;
}

function answer(message: Buffer): Buffer | undefined {
  const query = decode(message);
  const question = query.questions?.[0];
  if (!question) return undefined;
  const { name, type } = question;
  const found = resolve(name.toLowerCase());
  const { addresses = [], timeToLive: ttl = 0 } = found ?? {};
  const first = turn++ % (addresses.length || 1);
  const rotated = [...addresses.slice(first), ...addresses.slice(0, first)];
  return encode({
    type: "response",
    id: query.id,
    // 0x80 recursion available; 3 no such name
    flags: 0x80 | ((query.flags ?? 0) & 0x100) | (found ? 0 : 3),
    questions: [question],
    answers: type === "A" ? rotated.map((data): Answer => ({ type, name, ttl, data })) : [],
  });
}

async function serve({ address, port, made }: ResolverData): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (message, from) => {
    const reply = answer(message);
    if (reply) socket.send(reply, from.port, from.address);
  });
  port.on("message", (move: Move) => {
    port.postMessage(set(move));
    Atomics.store(made, 0, 1);
    Atomics.notify(made, 0);
  });
  socket.bind(53, address);
  await once(socket, "listening");
  parentPort!.postMessage("listening");
}

void serve(workerData as ResolverData);
