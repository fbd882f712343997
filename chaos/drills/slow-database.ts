import { randomUUID } from "node:crypto";
import { claim } from "../../lib/claim";
import type { Bed } from "../bed";
import { cachedReadsServed, soundness } from "../claims";
import { control } from "../control";
import type { ChaosDrill } from "../drill";
import { connectTime, Latency } from "../faults/latency";
import { measure, type Result } from "../measure";
import { list, writes } from "../requests";
import { statusOf, untilAll } from "../state";

/** Milliseconds that every packet to the database takes longer. */
const delay = 500;
/** Requests of each mode while it lasts. */
const watched = 600;
/** Seconds after the fault within which writes are taken again. */
const recovery = 15;

/** A backend has this long, in ms, for a request: its route's time-out. */
export const routeTimeout = 5000;

export default {
  name: "slow-database",
  title: `Every packet to the database ${delay} ms late`,
  async run(bed: Bed, say) {
    say(`delaying by ${delay} ms under load`);
    let back = NaN;
    let uncached = NaN;
    const result = await slow(
      bed,
      async () => (uncached = await statusOf(bed, `/api/incidents/${randomUUID()}`)),
      async () => (back = await untilAll(bed, "normal", recovery)),
    );
    return [
      ...(await soundness(bed, "slow-database", result)),
      cachedReadsServed("slow-database", result),
      claim({
        id: "slow-database.refused-within",
        claim:
          "A write that the database is too slow for is refused with 503 within the route's time-out",
        value: slowestWrite(result) / 1000,
        unit: "s",
        limit: routeTimeout / 1000,
        injection: result.injection,
      }),
      claim({
        id: "slow-database.recovery",
        claim: "Breakers close by themselves after the fault",
        value: back,
        unit: "s",
        limit: recovery,
        injection: result.injection,
      }),
      control("slow-database", "for an incident that no cache has", {
        failed: uncached === 503,
        found: `status ${uncached} while the database is slow`,
      }),
    ];
  },
} satisfies ChaosDrill;

async function slow(
  bed: Bed,
  during: () => Promise<unknown>,
  afterwards: () => Promise<unknown>,
): Promise<Result> {
  const { network, services } = bed.platform;
  const { addresses, writer } = services.database;
  return measure(bed, {
    kinds: [writes(bed.tenant), list(bed.tenant)],
    rate: 30,
    requests: watched,
    fault: async (running) => {
      const latency = await Latency.start(network, addresses, delay);
      let took: number;
      try {
        took = await connectTime(writer.address, 5432);
        if (took < delay) throw new Error(`the writer answers within ${took} ms`);
        await running.after(watched);
        await during();
      } finally {
        await latency.stop();
      }
      await afterwards();
      return `a connection to the writer took ${Math.round(took)} ms`;
    },
  });
}

/** Milliseconds that a write took at most, whatever became of it. */
export function slowestWrite({ reports }: Result): number {
  return Math.max(...Object.values(reports).map((report) => report!.kinds.write!.slowest));
}
