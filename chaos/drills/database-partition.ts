import { claim } from "../../lib/claim";
import type { Bed } from "../bed";
import { cachedReadsServed, soundness } from "../claims";
import { findingOf } from "../control";
import type { ChaosDrill } from "../drill";
import { measure, type Result } from "../measure";
import { list, writes } from "../requests";
import { untilAll } from "../state";
import { accepts, answers } from "../../rehearsal/sandbox/port";
import { onReady } from "../variant";

/** Seconds within which every backend says read-only, and after the fault normal again. */
const change = 20;

/** Requests of each mode that last until a kubelet has believed three probes, 5 s apart. */
const unready = 840;

export default {
  name: "database-partition",
  title: "The database cut off: every packet dropped",
  async run(bed: Bed, say) {
    let readOnly = NaN;
    let back = NaN;
    say("dropping every packet from and to the database under load");
    const result = await cut(
      bed,
      600,
      async () => (readOnly = await untilAll(bed, "read-only", change)),
      async () => (back = await untilAll(bed, "normal", change)),
    );
    const { injection } = result;
    return [
      ...(await soundness(bed, "database-partition", result)),
      cachedReadsServed("database-partition", result),
      claim({
        id: "database-partition.read-only",
        claim: "Every backend says that it is read-only",
        value: readOnly,
        unit: "s",
        limit: change,
        injection,
      }),
      claim({
        id: "database-partition.back",
        claim: "Every backend takes writes again by itself after the fault",
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
      const result = await cut(bed, unready);
      await bed.edge.healthy(3);
      const served = cachedReadsServed("database-partition", result).holds;
      return findingOf(result, !served);
    },
  },
} satisfies ChaosDrill;

async function cut(
  bed: Bed,
  requests: number,
  during: () => Promise<unknown> = async () => {},
  afterwards: () => Promise<unknown> = async () => {},
): Promise<Result> {
  const { network, services } = bed.platform;
  const members = [...services.database.members, services.database.replica];
  return measure(bed, {
    kinds: [writes(bed.tenant), list(bed.tenant)],
    rate: 30,
    requests,
    fault: async (running) => {
      const reached = await Promise.all(members.map(({ address }) => accepts(address, 5432)));
      if (reached.includes(false)) throw new Error("the database is away before the fault");
      await Promise.all(members.map(({ name }) => network.cut(name)));
      try {
        await during();
        await running.after(requests);
        if (await answers(services.database.writer.address, 5432))
          throw new Error("the writer can still be reached");
      } finally {
        await Promise.all(members.map(({ name }) => network.heal(name)));
      }
      await afterwards();
      return `the router dropped every packet of ${members.length} servers; a connection to the writer got no answer`;
    },
  });
}
