import { claim } from "../../lib/claim";
import type { Drill } from "../../rehearsal/drill";
import type { Bed } from "../bed";
import { outcomes, soundness } from "../claims";
import { measure } from "../measure";
import { list, writes } from "../requests";

/**
 * Seconds from the promotion to the last failed write. AWS's own part, until it promotes and moves
 * the name, is not in it: here the name moves at the moment of the promotion.
 */
const limit = 10;

export default {
  name: "writer-failover",
  title: "The database's writer crashed, a standby promoted",
  async run(bed: Bed, say) {
    const { services } = bed.platform;
    const { database } = services;
    let promoted = NaN;
    let fault: Awaited<ReturnType<typeof database.failOver>>;
    say("crashing the writer under load");
    const result = await measure(bed, {
      kinds: [writes(bed.tenant), list(bed.tenant)],
      rate: 30,
      requests: 600,
      fault: async (running) => {
        const before = database.writer.name;
        fault = await database.failOver("crash", {
          lost: async () => {},
          promoted: () => {
            promoted = Date.now();
            services.moveNames();
          },
        });
        await running.after(450);
        return `${before} ended with SIGKILL, ${database.writer.name} was promoted`;
      },
    });
    await database.restore(fault!, "crash");
    services.moveNames();
    const lastWrite = Math.max(
      promoted,
      ...Object.values(result.reports).map((report) => report?.failures?.last ?? 0),
    );
    return [
      ...(await soundness(bed, "writer-failover", result)),
      claim({
        id: "writer-failover.added-recovery",
        claim: `Requests succeed again after the promotion; ${result.failed} of ${result.requests} failed${outcomes(result)}`,
        value: (lastWrite - promoted) / 1000,
        unit: "s",
        limit,
        injection: result.injection,
      }),
    ];
  },
} satisfies Drill<Bed>;
