import { claim } from "../../lib/claim";
import type { Bed } from "../bed";
import { cachedReadsServed, noneFailed, soundness } from "../claims";
import { findingOf } from "../control";
import type { ChaosDrill } from "../drill";
import { measure, type Result } from "../measure";
import { requests } from "../requests";
import { untilAll } from "../state";
import { onReady } from "../variant";

/** Seconds within which every backend says that the cache is away, and after the fault is whole. */
const change = 15;

/** Requests of each mode that last until a kubelet has believed three probes, 5 s apart. */
const unready = 900;

export default {
  name: "cache-loss",
  title: "The cache killed, and back empty",
  async run(bed: Bed, say) {
    let noticed = NaN;
    let back = NaN;
    say("killing the cache under load");
    const result = await lose(
      bed,
      270,
      async () => (noticed = await untilAll(bed, "degraded", change)),
      async () => (back = await untilAll(bed, "normal", change)),
    );
    const { injection } = result;
    return [
      ...(await soundness(bed, "cache-loss", result)),
      noneFailed("cache-loss", "The application works without a cache", result),
      claim({
        id: "cache-loss.noticed",
        claim: "Every backend says that the cache is away",
        value: noticed,
        unit: "s",
        limit: change,
        injection,
      }),
      claim({
        id: "cache-loss.back",
        claim: "Every backend uses the cache again by itself",
        value: back,
        unit: "s",
        limit: change,
        injection,
      }),
    ];
  },
  control: {
    variant: onReady,
    async run(bed) {
      const result = await lose(bed, unready);
      await bed.edge.healthy(3);
      const served = cachedReadsServed("cache-loss", result).holds;
      return findingOf(result, !served);
    },
  },
} satisfies ChaosDrill;

async function lose(
  bed: Bed,
  watched: number,
  during: () => Promise<unknown> = async () => {},
  afterwards: () => Promise<unknown> = async () => {},
): Promise<Result> {
  const { cache } = bed.platform.services;
  return measure(bed, {
    kinds: requests(bed.tenant),
    requests: watched,
    fault: async (running) => {
      await cache.kill();
      try {
        await during();
        await running.after(watched);
        if (cache.running) throw new Error("the cache runs");
      } finally {
        await cache.restart();
      }
      await afterwards();
      return "the cache's process was killed, and gone until the load had been watched";
    },
  });
}
