// A thread of its own: thousands of handshakes would hold up everything else that is measured.
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Client, type ClientConfig } from "pg";

/** What every client of the crowd does. */
export interface CrowdData {
  connection: ClientConfig;
  clients: number;
  /** Milliseconds between two writes of one client. */
  pace: number;
}

/** What each client saw, as times of the machine's clock in milliseconds. */
export interface Seen {
  served: number[];
  failed: number[];
}

/** Leaves nothing behind, and is committed on a standby like any row. */
const write = "SELECT pg_logical_emit_message(true, 'crowd', '')";
const { connection, clients, pace } = workerData as CrowdData;
const now = () => performance.timeOrigin + performance.now();
const seen = Array.from({ length: clients }, (): Seen => ({ served: [], failed: [] }));
let connected = 0;

/** Writes at its pace, each write once; after an error it connects again. */
async function live(own: Seen): Promise<never> {
  let client: Client | undefined;
  for (;;) {
    try {
      if (!client) {
        client = await connect();
        if (++connected === clients) parentPort!.postMessage("all connected");
      }
      await client.query(write);
      own.served.push(now());
      await pause(pace);
    } catch {
      own.failed.push(now());
      void client?.end().catch(() => undefined);
      client = undefined;
      await pause(250);
    }
  }
}

async function connect(): Promise<Client> {
  const client = new Client(connection);
  client.on("error", () => undefined); // the next write rejects
  await client.connect();
  return client;
}

/** Asked with a moment: whether every client has been served since. Asked without: what each saw. */
parentPort!.on("message", (moment: number | undefined) => {
  const served = (own: Seen) => (own.served.at(-1) ?? -Infinity) >= moment!;
  parentPort!.postMessage(moment === undefined ? seen : seen.every(served));
});
// Not all handshakes at once: that is another drill's question.
void (async () => {
  for (const own of seen) {
    void live(own);
    await pause(1);
  }
})();
