import { claim } from "../../lib/claim";
import type { Bed } from "../bed";
import { noneFailedTwice, soundness } from "../claims";
import { control } from "../control";
import type { ChaosDrill } from "../drill";
import { measure } from "../measure";
import { containerOf, killContainer, servingPods } from "../pods";
import { requests } from "../requests";
import { readySince } from "../../rehearsal/workloads/workloads";

/** Seconds in which a killed container has to serve again. */
const replacedWithin = 30;

export default {
  name: "pod-kill",
  title: "A backend's process killed",
  async run(bed: Bed, say) {
    const { platform, tenant } = bed;
    const { workloads } = platform;
    let replaced = NaN;
    say("SIGKILL to a backend under load; clients try once more");
    const result = await measure(bed, {
      kinds: requests(tenant, { retry: true }),
      requests: 750,
      fault: async () => {
        const [pod] = servingPods(platform, "backend");
        const { uid, name } = pod!.metadata;
        const before = containerOf(pod!, "backend");
        const now = () => workloads.pods.find(({ metadata }) => metadata.uid === uid)!;
        const since = Date.now();
        await killContainer(platform, before);
        const dead = () => containerOf(now(), "backend").restarts === before.restarts;
        await workloads.until(() => (dead() ? `${name} lives` : undefined), replacedWithin);
        const { exitCode } = containerOf(now(), "backend").lastEnd!;
        // The API's times are whole seconds.
        const serves = () => workloads.serves(now()) && readySince(now()) >= since - 1000;
        await workloads.until(
          () => (serves() ? undefined : `${name} does not serve again`),
          replacedWithin * 2,
        );
        replaced = (Date.now() - since) / 1000;
        return `the container of ${name} ended with code ${exitCode}`;
      },
    });
    return [
      ...(await soundness(bed, "pod-kill", result)),
      noneFailedTwice("pod-kill", result),
      claim({
        id: "pod-kill.replaced",
        claim: "The container serves again",
        value: replaced,
        unit: "s",
        limit: replacedWithin,
        injection: result.injection,
      }),
      control("pod-kill", "without the retry", {
        failed: result.rescued > 0,
        found: `${result.rescued} requests of the same run that only their second try saved`,
      }),
    ];
  },
} satisfies ChaosDrill;
