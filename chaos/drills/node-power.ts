import { claim } from "../../lib/claim";
import { isAlive } from "../../lib/processes";
import type { Bed } from "../bed";
import { soundness, windowClosed } from "../claims";
import type { ChaosDrill } from "../drill";
import { measure } from "../measure";
import { requests } from "../requests";
import { uncheckedControl, withUncheckedEdge } from "../unchecked";

/** Requests of each mode that are watched beyond the error window. */
const after = 750;
/** Seconds in which a node that comes back serves again. */
const backWithin = 120;

export default {
  name: "node-power",
  title: "A node's power cut",
  async run(bed: Bed, say) {
    const { platform, tenant, edge } = bed;
    const { workloads } = platform;
    const [, node] = platform.nodes.all;
    say(`cutting the power of ${node!.name} under load`);
    const result = await withUncheckedEdge(bed, (beside) =>
      measure(bed, {
        kinds: requests(tenant),
        requests: after,
        beside,
        fault: async (running) => {
          const { pid } = node!;
          await node!.cutPower();
          workloads.lose([node!.name]);
          if (isAlive(pid)) throw new Error(`${node!.name} lives on as process ${pid}`);
          await running.after(after);
          return `${node!.name}'s first process ${pid} was killed with everything in it`;
        },
      }),
    );
    say(`starting ${node!.name} again`);
    await node!.start();
    workloads.lose([]);
    const back = await workloads.until(() => workloads.unsteady(), backWithin);
    await edge.healthy(3);
    return [
      ...(await soundness(bed, "node-power", result)),
      windowClosed("node-power", bed, result),
      claim({
        id: "node-power.back",
        claim: "The node comes back with its disk, and all replicas serve",
        value: back,
        unit: "s",
        limit: backWithin,
      }),
      uncheckedControl("node-power", bed, result),
    ];
  },
} satisfies ChaosDrill;
