import type { Platform } from "./platform";
import type { Pod } from "../rehearsal/workloads/workloads";

/** The parts of a Deployment that a variant changes. */
export interface Deployment {
  spec: {
    strategy: object;
    template: {
      spec: {
        terminationGracePeriodSeconds: number;
        containers: {
          name: string;
          lifecycle?: object;
          readinessProbe?: { httpGet: { path: string } };
          env: { name: string; value?: string }[];
          resources: Record<"requests" | "limits", Record<string, string>>;
        }[];
      };
    };
  };
}

/** Seconds in which a replaced Deployment is back. */
const replaced = 60;

/**
 * Runs `work` while a Deployment has a protection less, and puts back what was planned. Its pods are
 * replaced all at once, without a drain: nobody is served meanwhile, and nobody should ask.
 */
export async function withVariant<T>(
  platform: Platform,
  name: string,
  change: (deployment: Deployment) => void,
  work: () => Promise<T>,
): Promise<T> {
  const path = `/apis/apps/v1/namespaces/mini-xdr/deployments/${name}`;
  const { api } = platform.plane;
  const planned = await api.get<Deployment>(path);
  const variant = structuredClone(planned);
  change(variant);
  try {
    await replace(platform, name, path, variant);
    return await work();
  } finally {
    await replace(platform, name, path, planned);
  }
}

async function replace(platform: Platform, name: string, path: string, to: Deployment) {
  const { workloads, plane } = platform;
  const { strategy, template } = to.spec;
  // The controller lets all old pods go before it makes a new one; their grace is cut short.
  const stop = workloads.onChange(() => {
    const leaving = podsOf(platform, name).filter(({ metadata }) => metadata.deletionTimestamp);
    for (const pod of leaving) void forceDelete(platform, pod).catch(() => {}); // it is gone
  });
  const old = new Set(podsOf(platform, name).map(({ metadata }) => metadata.uid));
  const left = () => podsOf(platform, name).some(({ metadata }) => old.has(metadata.uid));
  try {
    await plane.api.patch(path, {
      spec: { strategy: { type: "Recreate", rollingUpdate: null }, template },
    });
    await workloads.until(() => (left() ? `${name} is there` : workloads.unsteady()), replaced);
  } finally {
    stop();
  }
  // Everything at once, and the planned strategy afterwards.
  await plane.api.patch(path, { spec: { strategy } });
}

/** A Deployment's pods, those that leave too. */
export function podsOf({ workloads }: Platform, name: string): Pod[] {
  return workloads.all.find(({ id }) => id === `mini-xdr/${name}`)?.pods ?? [];
}

/** Deletes a pod without grace: its containers are killed. */
async function forceDelete({ plane }: Platform, { metadata }: Pod): Promise<void> {
  await plane.api.delete(
    `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}?gracePeriodSeconds=0`,
  );
}

/** Kubelets and, by way of their answers, the load balancer ask whether the platform is whole. */
export function onReady({ spec }: Deployment): void {
  for (const { readinessProbe } of spec.template.spec.containers)
    if (readinessProbe) readinessProbe.httpGet.path = "/health/ready";
}
