import { dnsLabels, dnsPath } from "../../rehearsal/nodes/system";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { control, findingOf } from "../control";
import type { ChaosDrill } from "../drill";
import { measure, type Experiment } from "../measure";
import { containerOf, runIn, servingPods } from "../pods";
import { reconnect } from "../poolers";
import { requests } from "../requests";

/** Seconds in which the cluster's DNS goes and comes. */
const change = 60;
/** Exits with 0 when the cluster's own name resolves. */
const look =
  "require('dns').resolve4('pgbouncer.database.svc.cluster.local', (e) => process.exit(e ? 1 : 0))";

export default {
  name: "dns-failure",
  title: "The cluster's DNS gone",
  async run(bed: Bed, say) {
    say("taking the cluster's DNS away under load");
    const result = await measure(bed, experiment(bed, 360));
    say("the same, and poolers give up the connections that they have");
    const unkept = await measure(
      bed,
      experiment(bed, 300, () => reconnect(bed.platform)),
    );
    return [
      ...(await soundness(bed, "dns-failure", result)),
      noneFailed("dns-failure", "Kept connections carry on without names", result),
      control(
        "dns-failure",
        "with poolers that give up their connections to the database",
        findingOf(unkept),
      ),
    ];
  },
} satisfies ChaosDrill;

/** @param further what befalls the platform while names do not resolve */
function experiment(
  { platform, tenant }: Bed,
  watched: number,
  further: () => Promise<void> = async () => {},
): Experiment {
  const { workloads, plane, nodes } = platform;
  /** A DaemonSet's way to have no pods: a node that there is not, or every one again. */
  const only = (nodeSelector: Record<string, string> | null) =>
    plane.api.patch(dnsPath, { spec: { template: { spec: { nodeSelector } } } });
  const pods = () =>
    workloads.pods.filter(({ metadata }) => metadata.labels?.["k8s-app"] === dnsLabels["k8s-app"]);
  const resolves = async () => {
    const [pod] = servingPods(platform, "backend");
    return (await runIn(platform, containerOf(pod!, "backend"), ["node", "-e", look])) === 0;
  };
  return {
    kinds: requests(tenant),
    requests: watched,
    fault: async (running) => {
      if (!(await resolves())) throw new Error("names do not resolve before the fault");
      await only({ none: "true" });
      try {
        await workloads.until(() => (pods().length > 0 ? "CoreDNS runs" : undefined), change);
        if (await resolves()) throw new Error("names still resolve");
        await further();
        await running.after(watched);
      } finally {
        await only(null);
      }
      const answering = () => pods().filter((pod) => workloads.serves(pod)).length;
      const silent = () => (answering() < nodes.all.length ? "a node without DNS" : undefined);
      await workloads.until(silent, change);
      return "every CoreDNS pod was gone, and a name did not resolve in a backend";
    },
  };
}
