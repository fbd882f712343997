import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { repeatedWith } from "../control";
import type { ChaosDrill } from "../drill";
import { measure, type Experiment } from "../measure";
import { deletePod, gone, servingPods } from "../pods";
import { requests } from "../requests";
import { withoutPreStop } from "../variant";

/** Seconds from the deletion to the pod's end: preStop, and the requests that are left. */
const leaving = 60;

export default {
  name: "pod-deletion",
  title: "A pod of each service deleted",
  async run(bed: Bed, say) {
    say("deleting a pod of backend and frontend under load");
    const result = await measure(bed, experiment(bed));
    await bed.edge.healthy(3);
    return [
      ...(await soundness(bed, "pod-deletion", result)),
      noneFailed("pod-deletion", "Nobody notices", result),
    ];
  },
  control: repeatedWith(withoutPreStop, experiment),
} satisfies ChaosDrill;

function experiment({ platform, tenant }: Bed): Experiment {
  return {
    kinds: requests(tenant),
    fault: async () => {
      const pods = [servingPods(platform, "backend")[0]!, servingPods(platform, "frontend")[1]!];
      await Promise.all(pods.map((pod) => deletePod(platform, pod)));
      const seconds = await gone(platform, pods, leaving);
      await platform.workloads.until(() => platform.workloads.incomplete(), leaving);
      return `${pods.map(({ metadata }) => metadata.name).join(" and ")} were gone after ${seconds.toFixed(1)} s`;
    },
  };
}
