import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setInterval } from "node:timers";
import { claim } from "../../lib/claim";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { findingOf } from "../control";
import type { ChaosDrill } from "../drill";
import { measure, type Result } from "../measure";
import { requests } from "../requests";
import { patientReceiver } from "../variant";

/** How many send their body a byte a second. */
const clients = 300;
/** Seconds after which the last of them has to be cut off. */
const patience = 15;
/** Bytes that each announces. */
const size = 1000;

export default {
  name: "slow-client",
  title: `${clients} clients that never finish a request`,
  async run(bed: Bed, say) {
    say(`${clients} clients send a byte a second, beside the load`);
    const { result, held } = await beside(bed, clients);
    return [
      ...(await soundness(bed, "slow-client", result)),
      noneFailed("slow-client", "Nobody else waits for them", result),
      claim({
        id: "slow-client.held",
        claim: `Slow clients are answered 408 within ${patience} s`,
        value: held,
        unit: "clients",
        limit: 0,
        injection: result.injection,
      }),
    ];
  },
  control: {
    variant: patientReceiver,
    async run(bed) {
      const { result, held } = await beside(bed, 30);
      const { found, ...finding } = findingOf(result, held > 0);
      return { ...finding, found: `${held} of 30 slow clients held after ${patience} s, ${found}` };
    },
  },
} satisfies ChaosDrill;

/** So many slow clients beside the load, and how many of them have had no answer in time. */
async function beside(bed: Bed, count: number): Promise<{ result: Result; held: number }> {
  const { edge, tenant } = bed;
  let held = NaN;
  const result = await measure(bed, {
    kinds: requests(tenant),
    requests: 540,
    fault: async () => {
      const { hostname, port } = new URL(edge.balancer.url);
      const slow = Array.from({ length: count }, () =>
        neverFinish(hostname, Number(port), tenant.apiKey, patience),
      );
      const ends = await Promise.all(slow);
      held = ends.filter(({ answer }) => !answer.startsWith("HTTP/1.1 408")).length;
      return `${count} connections sent ${ends.reduce((sum, { bytes }) => sum + bytes, 0)} bytes of bodies of ${size}`;
    },
  });
  return { result, held };
}

/** Sends a body byte by byte until somebody answers, ends it, or so many seconds are over. */
async function neverFinish(host: string, port: number, apiKey: string, seconds: number) {
  const socket: Socket = connect(port, host);
  const head = [
    "POST /api/events HTTP/1.1",
    `Host: ${host}`,
    `X-API-Key: ${apiKey}`,
    `Idempotency-Key: slow-${Math.random()}`,
    "Content-Type: application/json",
    `Content-Length: ${size}`,
  ];
  let bytes = 0;
  let answer = "";
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const timer = setInterval(() => socket.write(" ", () => bytes++), 1000);
  socket.on("error", () => {}); // a reset is one of the ways to end it
  socket.on("data", (data) => {
    answer += data.toString();
    socket.emit("answer");
  });
  await Promise.race([
    once(socket, "answer"),
    once(socket, "close"),
    once(AbortSignal.timeout(seconds * 1000), "abort"),
  ]);
  clearInterval(timer);
  socket.destroy();
  return { bytes, answer };
}
