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
  title: "A node drained of the application's pods",
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
        try {
          await kubectl(kubeconfig, "drain", node, ...flags);
          await gone(platform, pods, leaving);
        } finally {
          await kubectl(kubeconfig, "uncordon", node);
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

// A pooler leaves only when its clients have, in up to two minutes: the database laboratory has that drill.
const flags = [
  "--ignore-daemonsets",
  "--delete-emptydir-data",
  "--pod-selector=app.kubernetes.io/name=mini-xdr",
  "--timeout=120s",
];

async function kubectl(kubeconfig: string, ...args: string[]): Promise<void> {
  await output(await tool("kubectl"), [...args, "--kubeconfig", kubeconfig]);
}
