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
          image: string;
          lifecycle?: object;
          readinessProbe?: { httpGet: { path: string } };
          env: { name: string; value?: string }[];
          resources: Record<"requests" | "limits", Record<string, string>>;
        }[];
      };
    };
  };
}

/** Backends that lack one protection. */
export interface Variant {
  /** How a claim begins that is about them: `without …`. */
  text: string;
  change(deployment: Deployment): void;
}

/** They stop as soon as they are told, while the load balancer still sends. */
export const withoutPreStop: Variant = {
  text: "without the backend's preStop",
  change({ spec }) {
    for (const container of spec.template.spec.containers) delete container.lifecycle;
  },
};

/** Kubelets and, by way of their answers, the load balancer ask whether the platform is whole. */
export const onReady: Variant = {
  text: "with kubelets that ask /health/ready",
  change({ spec }) {
    for (const { readinessProbe } of spec.template.spec.containers)
      if (readinessProbe) readinessProbe.httpGet.path = "/health/ready";
  },
};

/**
 * They wait for a request's end as long as the chain of their time-outs allows: a route's 5 s, which
 * count from its beginning, and a request's 10 s are both 17 s.
 */
export const patientReceiver: Variant = {
  text: "with backends that wait 17 s for a request's end",
  change: (deployment) =>
    setEnvironment(deployment, {
      ROUTE_TIMEOUT_MS: "17000",
      RECEIVE_TIMEOUT_MS: "17000",
      DRAIN_MS: "35000",
    }),
};

/** All pods may go before new ones are ready. A rollout takes another {@link revision}. */
export const allAtOnce: Variant = {
  text: "with maxUnavailable 100 % instead of 0",
  change(deployment) {
    deployment.spec.strategy = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } };
    revision(deployment, "one");
  },
};

/** Has the pods differ in nothing but a name. */
export function revision(deployment: Deployment, name: string): void {
  setEnvironment(deployment, { REVISION: name });
}

/** Gives every container of a Deployment's pods these variables too. */
export function setEnvironment({ spec }: Deployment, variables: Record<string, string>): void {
  const added = Object.entries(variables).map(([name, value]) => ({ name, value }));
  for (const container of spec.template.spec.containers)
    container.env = [...container.env.filter(({ name }) => !(name in variables)), ...added];
}

/** Seconds in which a replaced Deployment is back. */
const replaced = 60;

/** What is done while the backend's Deployment is another than planned. */
export interface Stage extends Pick<Variant, "change"> {
  work(): Promise<void>;
}

/**
 * Makes the backend's Deployment one after the other another one than planned, does each one's work, and at
 * last puts back what was there. Its pods are replaced all at once, without a drain: nobody is served
 * meanwhile, and nobody should ask.
 */
export async function throughVariants(platform: Platform, stages: Stage[]): Promise<void> {
  const planned = await platform.plane.api.get<Deployment>(backend);
  try {
    for (const { change, work } of stages) {
      const variant = structuredClone(planned);
      change(variant);
      await replace(platform, variant);
      await work();
    }
  } finally {
    await replace(platform, planned);
  }
}

/** Path of the backend's Deployment. */
export const backend = "/apis/apps/v1/namespaces/mini-xdr/deployments/mini-xdr-backend";

async function replace(platform: Platform, to: Deployment) {
  const { workloads, plane } = platform;
  const { strategy, template } = to.spec;
  // The controller lets all old pods go before it makes a new one; their grace is cut short.
  const stop = workloads.onChange(() => {
    const leaving = podsOf(platform).filter(({ metadata }) => metadata.deletionTimestamp);
    for (const pod of leaving) void forceDelete(platform, pod).catch(() => {}); // it is gone
  });
  const old = new Set(podsOf(platform).map(({ metadata }) => metadata.uid));
  const left = () => podsOf(platform).some(({ metadata }) => old.has(metadata.uid));
  try {
    await plane.api.patch(backend, {
      spec: { strategy: { type: "Recreate", rollingUpdate: null }, template },
    });
    await workloads.until(
      () => (left() ? "the former backend is there" : workloads.unsteady()),
      replaced,
    );
  } finally {
    stop();
  }
  // Everything at once, and the planned strategy afterwards.
  await plane.api.patch(backend, { spec: { strategy } });
}

/** The backend's pods, those that leave too. */
function podsOf({ workloads }: Platform): Pod[] {
  return workloads.all.find(({ id }) => id === "mini-xdr/mini-xdr-backend")?.pods ?? [];
}

/** Deletes a pod without grace: its containers are killed. */
async function forceDelete({ plane }: Platform, { metadata }: Pod): Promise<void> {
  await plane.api.delete(
    `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}?gracePeriodSeconds=0`,
  );
}
