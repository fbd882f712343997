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

/** They lack none. */
export const asPlanned: Variant = { text: "as planned", change: () => {} };

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

/** All pods may go before new ones are ready. */
export const allAtOnce: Variant = {
  text: "with maxUnavailable 100 % instead of 0",
  change(deployment) {
    deployment.spec.strategy = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } };
  },
};

/** Gives every container of a Deployment's pods these variables too. */
export function setEnvironment({ spec }: Deployment, variables: Record<string, string>): void {
  const added = Object.entries(variables).map(([name, value]) => ({ name, value }));
  for (const container of spec.template.spec.containers)
    container.env = [...container.env.filter(({ name }) => !(name in variables)), ...added];
}
