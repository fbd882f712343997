import { claim } from "../../lib/claim";
import type { Bed } from "../bed";
import { noneFailedTwice, soundness } from "../claims";
import { control, findingOf } from "../control";
import type { ChaosDrill } from "../drill";
import { measure, type Result } from "../measure";
import { containerOf, limitMemory, runIn, servingPods } from "../pods";
import { requests } from "../requests";

/** Takes memory until something ends it, or it has 2.5 GiB: more than a backend may have. */
const hog = "const held = []; while (held.length < 160) held.push(Buffer.alloc(16 << 20, 1));";
const killed = 137; // 128 and SIGKILL

export default {
  name: "memory-pressure",
  title: "A backend's memory used up to its limit",
  async run(bed: Bed, say) {
    say("filling a backend's memory under load; clients try once more");
    const { result, code } = await fill(bed, 420);
    say("the same with a limit that is out of reach");
    const without = await fill(bed, 200, "4Gi");
    await bed.edge.healthy(3);
    return [
      ...(await soundness(bed, "memory-pressure", result)),
      noneFailedTwice("memory-pressure", result),
      claim({
        id: "memory-pressure.contained",
        claim: `What takes more than the limit is killed: the hog ended with code ${code}`,
        value: code === killed ? 0 : 1,
        unit: "hogs that live",
        limit: 0,
        injection: result.injection,
      }),
      control(
        "memory-pressure",
        `without the limit within reach, where a hog of 2.5 GiB ended with code ${without.code}`,
        findingOf(without.result, without.code === 0),
      ),
    ];
  },
} satisfies ChaosDrill;

/** Fills the memory of a backend, under another limit than planned where one is given. */
async function fill(
  { platform, ...bed }: Bed,
  watched: number,
  limit?: string,
): Promise<{ result: Result; code: number }> {
  const [pod] = servingPods(platform, "backend");
  const container = containerOf(pod!, "backend");
  const planned = limit && (await limitMemory(platform, container, limit));
  let code = NaN;
  const result = await measure(
    { ...bed, platform },
    {
      kinds: requests(bed.tenant, { retry: true }),
      requests: watched,
      fault: async () => {
        code = await runIn(platform, container, ["node", "-e", hog]);
        await platform.workloads.until(() => platform.workloads.incomplete(), 60);
        return `a process in the container of ${pod!.metadata.name} took up to 2.5 GiB, and ended with code ${code}`;
      },
    },
  );
  if (planned) await limitMemory(platform, container, planned);
  return { result, code };
}
