import { claim } from "../../lib/claim";
import type { Bed } from "../bed";
import { outcomes, soundness } from "../claims";
import { control, findingOf } from "../control";
import type { ChaosDrill } from "../drill";
import { measure, type Result } from "../measure";
import { byName, switchedPoolers, withPoolers } from "../poolers";
import { list, writes } from "../requests";

/**
 * Seconds from the promotion to the last failed write. AWS's own part, until it promotes and moves
 * the name, is not in it: here the name moves at the moment of the promotion.
 */
const limit = 10;

/** What PgBouncer does where nobody has set it (its own defaults), in seconds. */
const defaults = {
  dns_max_ttl: 15,
  dns_nxdomain_ttl: 15,
  server_login_retry: 15,
  server_connect_timeout: 15,
};

export default {
  name: "writer-failover",
  title: "The database's writer crashed, a standby promoted",
  async run(bed: Bed, say) {
    say("crashing the writer under load");
    const { result, added } = await failOver(bed, 450);
    const { of: followers, did } = await switchedPoolers(bed.platform);
    say("the same by the name, with PgBouncer's own defaults");
    const slow = await byName(bed.platform, () =>
      withPoolers(bed.platform, defaults, () => failOver(bed, 600)),
    );
    return [
      ...(await soundness(bed, "writer-failover", result)),
      claim({
        id: "writer-failover.added-recovery",
        claim: `Requests succeed again after the promotion; ${result.failed} of ${result.requests} failed${outcomes(result)}`,
        value: added,
        unit: "s",
        limit,
        injection: result.injection,
      }),
      ...(followers > 0
        ? [
            claim({
              id: "writer-failover.not-followed",
              claim: `Poolers whose program did not lead them to the promoted server, of ${followers}`,
              value: followers - did,
              unit: "poolers",
              limit: 0,
              injection: result.injection,
            }),
          ]
        : []),
      control(
        "writer-failover",
        `by the writer's name, without the planned recovery settings of PgBouncer (${slow.added.toFixed(1)} s)`,
        findingOf(slow.result, slow.added > limit),
      ),
    ];
  },
} satisfies ChaosDrill;

/** Watches so many requests of each mode after the promotion. Returns what that adds, in seconds, too. */
async function failOver(bed: Bed, watched: number): Promise<{ result: Result; added: number }> {
  const { services } = bed.platform;
  const { database } = services;
  let promoted = NaN;
  let fault: Awaited<ReturnType<typeof database.failOver>>;
  const result = await measure(bed, {
    kinds: [writes(bed.tenant), list(bed.tenant)],
    rate: 30,
    requests: watched,
    fault: async (running) => {
      const before = database.writer.name;
      fault = await database.failOver("crash", {
        lost: async () => {},
        promoted: () => {
          promoted = Date.now();
          services.moveNames();
        },
      });
      await running.after(watched);
      return `${before} ended with SIGKILL, ${database.writer.name} was promoted`;
    },
  });
  await database.restore(fault!, "crash");
  services.moveNames();
  const lastFailure = Math.max(
    promoted,
    ...Object.values(result.reports).map((report) => report?.failures?.last ?? 0),
  );
  return { result, added: (lastFailure - promoted) / 1000 };
}
