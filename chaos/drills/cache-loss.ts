import { claim } from "../../lib/claim";
import type { Drill } from "../../rehearsal/drill";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { measure } from "../measure";
import { requests } from "../requests";
import { untilAll } from "../state";

/** Seconds within which every backend says that the cache is away, and after the fault is whole. */
const change = 15;

export default {
  name: "cache-loss",
  title: "The cache killed, and back empty",
  async run(bed: Bed, say) {
    const { cache } = bed.platform.services;
    let back = NaN;
    say("killing the cache under load");
    const result = await measure(bed, {
      kinds: requests(bed.tenant),
      requests: 700,
      fault: async (running) => {
        await cache.kill();
        const noticed = await untilAll(bed, "degraded", change);
        await running.after(450);
        if (cache.running) throw new Error("the cache runs");
        await cache.restart();
        back = await untilAll(bed, "normal", change);
        return `the cache's process was killed; every backend said so after ${noticed.toFixed(1)} s`;
      },
    });
    return [
      ...(await soundness(bed, "cache-loss", result)),
      noneFailed("cache-loss", "The application works without a cache", result),
      claim({
        id: "cache-loss.back",
        claim: "Every backend uses the cache again by itself",
        value: back,
        unit: "s",
        limit: change,
        injection: result.injection,
      }),
    ];
  },
} satisfies Drill<Bed>;
