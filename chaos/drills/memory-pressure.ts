import type { Drill } from "../../rehearsal/drill";
import type { Bed } from "../bed";
import { noneFailedTwice, soundness } from "../claims";
import { measure } from "../measure";
import { containerOf, runIn, servingPods } from "../pods";
import { requests } from "../requests";

/** Takes memory until something ends it. */
const hog = "const held = []; for (;;) held.push(Buffer.alloc(16 << 20, 1));";
const killed = 137; // 128 and SIGKILL

export default {
  name: "memory-pressure",
  title: "A backend's memory used up to its limit",
  async run(bed: Bed, say) {
    const { platform, tenant } = bed;
    say("filling a backend's memory under load; clients try once more");
    const result = await measure(bed, {
      kinds: requests(tenant, { retry: true }),
      requests: 700,
      fault: async () => {
        const [pod] = servingPods(platform, "backend");
        const code = await runIn(platform, containerOf(pod!, "backend"), ["node", "-e", hog]);
        if (code !== killed) throw new Error(`the hog ended with code ${code}, not by the kernel`);
        await platform.workloads.until(() => platform.workloads.incomplete(), 60);
        return `in the container of ${pod!.metadata.name} the kernel killed what went over its limit`;
      },
    });
    await bed.edge.healthy(3);
    return [
      ...(await soundness(bed, "memory-pressure", result)),
      noneFailedTwice("memory-pressure", result),
    ];
  },
} satisfies Drill<Bed>;
