import type { Bed } from "../bed";
import { soundness, windowClosed } from "../claims";
import type { ChaosDrill } from "../drill";
import type { Edge } from "../edge";
import { loseZone, type LostZone } from "../faults/zone";
import { measure } from "../measure";
import { requests } from "../requests";
import { uncheckedControl, withUncheckedEdge } from "../unchecked";

/** Seconds in which a zone that comes back serves again. */
const backWithin = 120;
const watched = 750;

export default {
  name: "zone-loss",
  title: "A zone lost: its node, and its member of the database",
  async run(bed: Bed, say) {
    say("losing a zone under load");
    const result = await withUncheckedEdge(bed, (unchecked) => lose(bed, unchecked));
    await bed.edge.healthy(3);
    return [
      ...(await soundness(bed, "zone-loss", result)),
      windowClosed("zone-loss", bed, result),
      uncheckedControl("zone-loss", bed, result),
    ];
  },
} satisfies ChaosDrill;

async function lose(bed: Bed, beside: Edge) {
  const { platform } = bed;
  let lost: LostZone;
  const result = await measure(bed, {
    kinds: requests(bed.tenant),
    beside,
    fault: async (running) => {
      lost = await loseZone(platform);
      await running.after(watched);
      return lost.proof;
    },
  });
  await lost!.restore();
  await platform.workloads.until(() => platform.workloads.unsteady(), backWithin);
  return result;
}
