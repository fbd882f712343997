import { isAlive } from "../../lib/processes";
import type { Bed } from "../bed";
import { soundness, windowClosed } from "../claims";
import type { ChaosDrill } from "../drill";
import type { Edge } from "../edge";
import { measure } from "../measure";
import { requests } from "../requests";
import { uncheckedControl, withUncheckedEdge } from "../unchecked";

/** Seconds in which a zone that comes back serves again. */
const backWithin = 120;
const watched = 1250;

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
  const { workloads, nodes, services, plane } = platform;
  const node = nodes.all.at(-1)!;
  const { database } = services;
  const member = database.standbys.at(-1)!;
  const result = await measure(bed, {
    kinds: requests(bed.tenant),
    beside,
    fault: async (running) => {
      const { pid } = node;
      await Promise.all([plane.loseZone(node.zone), member.crash()]);
      workloads.lose([node.name]);
      services.moveNames();
      if (isAlive(pid)) throw new Error(`${node.name} lives on as process ${pid}`);
      await running.after(watched);
      return `${node.name}'s first process ${pid} and the standby ${member.name} were killed`;
    },
  });
  await Promise.all([plane.restoreZone(node.zone), database.restore(member, "crash")]);
  services.moveNames();
  workloads.lose([]);
  await workloads.until(() => workloads.unsteady(), backWithin);
  return result;
}
