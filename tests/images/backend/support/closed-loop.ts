import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { Pool } from "undici";

/** What one run cost. */
export interface Cost {
  /** Microseconds of processor time of the server, per event, in user and kernel mode. */
  cpu: number;
  /** Events a second. */
  rate: number;
  /** Milliseconds from sending to the whole answer, 99 of 100. */
  p99: number;
}

/** A server under test. */
export interface Subject {
  pid: number;
  url: string;
  apiKey: string;
}

/** Connections that send one request after the other, as fast as they are answered. */
const connections = 8;
/** A tick of /proc, in microseconds: Linux tells 100 a second, whatever its own clock does. */
const tick = 10_000;

/** Sends all bodies, each of so many events, and measures the server. @throws on any answer but 201 */
export async function closedLoop(
  { pid, url, apiKey }: Subject,
  bodies: string[],
  events: number,
): Promise<Cost> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const took: number[] = [];
  let next = 0;
  const send = async () => {
    while (next < bodies.length) {
      const body = bodies[next++]!;
      const started = performance.now();
      const answer = await pool.request({
        ...{ path: "/api/events", method: "POST", body },
        headers: {
          "content-type": "application/json",
          "x-api-key": apiKey,
          "idempotency-key": randomUUID(),
        },
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 201) throw new Error(`${answer.statusCode}: ${text}`);
      took.push(performance.now() - started);
    }
  };
  const [before, started] = [await ticksOf(pid), performance.now()];
  try {
    await Promise.all(Array.from({ length: connections }, send));
  } finally {
    await pool.destroy();
  }
  const seconds = (performance.now() - started) / 1000;
  const all = bodies.length * events;
  const cpu = ((await ticksOf(pid)) - before) * tick;
  took.sort((a, b) => a - b);
  return { cpu: cpu / all, rate: all / seconds, p99: took[Math.floor(took.length * 0.99)]! };
}

/** User and kernel time of a process and all its threads. */
async function ticksOf(pid: number): Promise<number> {
  // After the name, which may hold anything, come the fields from the third on.
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ").at(-1)!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
