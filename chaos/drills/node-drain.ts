import { output } from "../../lib/processes";
import { tool } from "../../tools";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { repeatedWith } from "../control";
import type { ChaosDrill } from "../drill";
import { measure, type Experiment } from "../measure";
import { gone, servingPods } from "../pods";
import { requests } from "../requests";
import { withoutPreStop } from "../variant";

/** Seconds that the application's pods may take to leave a node. */
const leaving = 90;

export default {
  name: "node-drain",
  title: "A node drained of the application's pods",
  async run(bed: Bed, say) {
    say("draining a node under load");
    const result = await measure(bed, experiment(bed));
    await bed.edge.healthy(3);
    return [
      ...(await soundness(bed, "node-drain", result)),
      noneFailed("node-drain", "Nobody notices", result),
    ];
  },
  control: repeatedWith(withoutPreStop, experiment),
} satisfies ChaosDrill;

function experiment({ platform, tenant }: Bed): Experiment {
  const { workloads, nodes } = platform;
  const node = nodes.all[0]!.name;
  return {
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
  };
}

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
