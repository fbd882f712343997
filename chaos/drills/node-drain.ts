import { output } from "../../lib/processes";
import { tool } from "../../tools";
import type { Drill } from "../../rehearsal/drill";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { measure } from "../measure";
import { gone, servingPods } from "../pods";
import { requests } from "../requests";

/** Seconds that the application's pods may take to leave a node. */
const leaving = 90;

export default {
  name: "node-drain",
  title: "A node drained",
  async run(bed: Bed, say) {
    const { platform, tenant } = bed;
    const { workloads } = platform;
    const node = platform.nodes.all[0]!.name;
    say(`draining ${node} under load`);
    const result = await measure(bed, {
      kinds: requests(tenant),
      fault: async () => {
        const there = [...servingPods(platform, "backend"), ...servingPods(platform, "frontend")];
        const pods = there.filter(({ spec }) => spec.nodeName === node);
        const { kubeconfig } = platform.plane;
        // A pooler leaves only when its clients have: the drain is not awaited for it.
        const drain = kubectl(kubeconfig, "drain", node, ...flags);
        try {
          await Promise.race([
            gone(platform, pods, leaving),
            drain.then(() => new Promise(() => {})),
          ]);
        } finally {
          await kubectl(kubeconfig, "uncordon", node);
          drain.catch(() => {}); // it may end after its time, with a pooler that still drains
        }
        await workloads.until(() => workloads.incomplete(), leaving * 2);
        return `${node} was cordoned and ${pods.map(({ metadata }) => metadata.name).join(" and ")} evicted`;
      },
    });
    await bed.edge.healthy(3);
    return [
      ...(await soundness(bed, "node-drain", result)),
      noneFailed("node-drain", "Nobody notices", result),
    ];
  },
} satisfies Drill<Bed>;

const flags = ["--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s"];

async function kubectl(kubeconfig: string, ...args: string[]): Promise<void> {
  await output(await tool("kubectl"), [...args, "--kubeconfig", kubeconfig]);
}
