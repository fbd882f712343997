import { silenceSeconds } from "../../../observability/slo/detection";
import { evaluation, scrapeSeconds } from "../../../observability/slo";
import { backend } from "../../backends";
import { loseZone } from "../../faults/zone";
import { containerOf, deletePod, gone, killContainer, servingPods } from "../../pods";
import type { Platform } from "../../platform";
import type { Deployment } from "../../variant";
import { toldWithin, type AlertFault, type Injected } from "../fault";
import { groupWait } from "./group-wait";
import { outage } from "./outage";

const pooler = "/apis/apps/v1/namespaces/database/deployments/pgbouncer";
/** Seconds in which pods leave, and in which they come back. */
const change = 120;
/** Seconds after which three restarts are there: kubelets wait 10, 20 and 40 s between them. */
const restarts = 90;
/** Seconds after which a node that says nothing counts as lost, here as in the rehearsal's settings. */
const grace = 40;

export const poolersGone: AlertFault = {
  name: "poolers-gone",
  title: "All poolers scaled away",
  ...outage,
  within: () => toldWithin("PgBouncerDown", groupWait.outage, scrapeSeconds),
  inject: ({ platform }) => scaledAway(platform, pooler, "database/pgbouncer"),
};

export const backendsGone: AlertFault = {
  name: "backends-gone",
  title: "All backends scaled away, and their figures with them",
  ...outage,
  within: (tier) =>
    silenceSeconds(tier) + 2 * scrapeSeconds + 2 * evaluation.critical + groupWait.outage,
  inject: ({ platform }) => scaledAway(platform, backend, "mini-xdr/mini-xdr-backend"),
};

export const crashLoop: AlertFault = {
  name: "crash-loop",
  title: "A backend that ends at its start, again and again",
  tells: "page",
  alerts: ["PodCrashLooping"],
  within: () => toldWithin("PodCrashLooping", groupWait.messages, restarts),
  async inject({ platform }) {
    const { workloads, plane } = platform;
    const { spec } = await plane.api.get<Deployment>(backend);
    const template = structuredClone(spec.template);
    for (const container of template.spec.containers)
      Object.assign(container, { command: ["node", "-e", "process.exit(1)"] });
    await plane.api.patch(backend, { spec: { template } });
    const ended = () =>
      workloads.pods.some(({ status }) =>
        status.containerStatuses?.some(({ state }) => state.waiting?.reason === "CrashLoopBackOff"),
      );
    await workloads.until(() => (ended() ? undefined : "no container loops"), change);
    return {
      proof: "a new backend's container is in CrashLoopBackOff; the old ones serve on",
      undo: async () => {
        // A merge would leave the command.
        const containers = spec.template.spec.containers.map((container) => ({
          command: null,
          ...container,
        }));
        const planned = { ...spec.template, spec: { ...spec.template.spec, containers } };
        await plane.api.patch(backend, { spec: { template: planned } });
      },
    };
  },
};

export const zoneLost: AlertFault = {
  name: "zone-lost",
  title: "A zone lost: its node, and its member of the database",
  tells: "page",
  alerts: ["ZoneLost"],
  within: () => toldWithin("ZoneLost", groupWait.messages, grace),
  async inject({ platform }) {
    const { proof, restore } = await loseZone(platform);
    return { proof, undo: restore };
  },
};

export const podsReplaced: AlertFault = {
  name: "pods-replaced",
  title: "A backend killed, pods of both services deleted",
  tells: "nobody",
  alerts: [],
  within: () => 300,
  async inject({ platform }) {
    const { workloads } = platform;
    const [killed] = servingPods(platform, "backend");
    const before = containerOf(killed!, "backend");
    await killContainer(platform, before);
    const now = () => workloads.pods.find(({ metadata }) => metadata.uid === killed!.metadata.uid)!;
    const same = () => containerOf(now(), "backend").restarts === before.restarts;
    await workloads.until(() => (same() ? "the container lives" : undefined), change);
    await workloads.until(() => workloads.incomplete(), change);
    const pods = [servingPods(platform, "backend")[1]!, servingPods(platform, "frontend")[1]!];
    await Promise.all(pods.map((pod) => deletePod(platform, pod)));
    await gone(platform, pods, change);
    await workloads.until(() => workloads.incomplete(), change);
    const names = pods.map(({ metadata }) => metadata.name).join(" and ");
    return {
      proof: `a container of ${killed!.metadata.name} restarted, ${names} were replaced`,
      undo: async () => {},
    };
  },
};

async function scaledAway(platform: Platform, path: string, id: string): Promise<Injected> {
  const { workloads, plane } = platform;
  const { spec } = await plane.api.get<{ spec: { replicas: number } }>(path);
  const pods = () => workloads.all.find((workload) => workload.id === id)!.pods;
  await plane.api.patch(path, { spec: { replicas: 0 } });
  await workloads.until(() => (pods().length > 0 ? `${id} runs` : undefined), change);
  return {
    proof: `${id} has no pod any more`,
    undo: async () => {
      await plane.api.patch(path, { spec: { replicas: spec.replicas } });
      await workloads.until(() => workloads.incomplete(), change);
    },
  };
}
