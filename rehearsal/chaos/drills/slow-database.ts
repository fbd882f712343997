import { claim } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { Bed } from "../bed";
import { control } from "../control";
import { connectTime, Latency } from "../faults/latency";
import { measure, outcomes, soundness, type Result } from "../measure";
import { list, writes } from "../requests";
import { untilAll } from "../state";
import { onReady, withVariant } from "../variant";

/** Milliseconds that every packet to the database takes longer. */
const delay = 500;
/** Seconds after the fault within which writes are taken again. */
const recovery = 15;

/** A backend has this long, in ms, for a request: its route's time-out. */
export const routeTimeout = 5000;

/** Requests of each mode that last until a kubelet has believed three probes, 5 s apart. */
const unready = 1050;

export default {
  name: "slow-database",
  title: `Every packet to the database ${delay} ms late`,
  async run(bed: Bed, say) {
    say(`delaying by ${delay} ms under load`);
    let back = NaN;
    const result = await slow(bed, 600, async () => {
      back = await untilAll(bed, "normal", recovery);
    });
    say("the same with kubelets that ask /health/ready");
    const { platform, edge } = bed;
    const ready = await withVariant(platform, "mini-xdr-backend", onReady, async () => {
      await edge.healthy(3);
      return slow(bed, unready);
    });
    await edge.healthy(3);
    const cached = cachedReads(result);
    const outage = cachedReads(ready);
    return [
      ...(await soundness(bed, "slow-database", result)),
      claim({
        id: "slow-database.cached-reads",
        claim: `Cached reads are served: ${cached.failed} of ${cached.requests} failed${outcomes(result)}`,
        value: (cached.failed / cached.requests) * 100,
        unit: "% failed",
        limit: 0.1,
        injection: result.injection,
      }),
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
      control(
        "slow-database",
        "with kubelets that ask /health/ready",
        outage.failed / outage.requests > 0.5,
        `${outage.failed} of ${outage.requests} cached reads failed`,
      ),
    ];
  },
} satisfies Drill<Bed>;

async function slow(bed: Bed, requests: number, afterwards = async () => {}): Promise<Result> {
  const { network, services } = bed.platform;
  const { writer, standbys } = services.database;
  const addresses = [writer, ...standbys].map(({ address }) => address);
  return measure(bed, {
    kinds: [writes(bed.tenant), list(bed.tenant)],
    rate: 30,
    requests,
    fault: async (running) => {
      const latency = await Latency.start(network, addresses, delay);
      let took: number;
      try {
        took = await connectTime(writer.address, 5432);
        if (took < delay) throw new Error(`the writer answers within ${took} ms`);
        await running.after(requests);
      } finally {
        await latency.stop();
      }
      await afterwards();
      return `a connection to the writer took ${Math.round(took)} ms`;
    },
  });
}

/** Reads of the list, both modes together. */
export function cachedReads({ reports }: Result): { requests: number; failed: number } {
  const reads = Object.values(reports).map((report) => report!.kinds.list!);
  return {
    requests: reads.reduce((sum, { requests }) => sum + requests, 0),
    failed: reads.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Milliseconds that a write took at most, whatever became of it. */
export function slowestWrite({ reports }: Result): number {
  return Math.max(...Object.values(reports).map((report) => report!.kinds.write!.slowest));
}
