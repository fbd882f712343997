import { isDeepStrictEqual } from "node:util";
import type { Pod } from "../rehearsal/workloads/workloads";
import type { Platform } from "./platform";
import { asPlanned, type Deployment, type Variant } from "./variant";

/** Path of the backend's Deployment. */
export const backend = "/apis/apps/v1/namespaces/mini-xdr/deployments/mini-xdr-backend";

/** Seconds in which pods that are replaced are back. */
const replaced = 60;

/** A platform's backends, which are as planned or a variant. */
export class Backends {
  /** What they are; undefined while they become something else, and where that failed. */
  private current: Variant | undefined = asPlanned;
  private planned!: Deployment;

  constructor(private readonly platform: Platform) {}

  /**
   * Makes them a variant, where they are not that already. Pods that would be others are replaced all
   * at once, without a drain: nobody is served meanwhile, and nobody should ask.
   *
   * @throws Error when they do not come back
   */
  async become(variant: Variant): Promise<void> {
    if (variant === this.current) return;
    const now = await this.platform.plane.api.get<Deployment>(backend);
    if (this.current === asPlanned) this.planned = now;
    this.current = undefined;
    const wanted = structuredClone(this.planned);
    variant.change(wanted);
    if (!isDeepStrictEqual(now.spec.template, wanted.spec.template)) await this.replace(wanted);
    // Everything at once, and only then the strategy.
    const { strategy } = wanted.spec;
    await this.platform.plane.api.patch(backend, { spec: { strategy } });
    this.current = variant;
  }

  private async replace({ spec: { template } }: Deployment): Promise<void> {
    const { workloads, plane } = this.platform;
    // The controller lets all old pods go before it makes a new one; their grace is cut short.
    const stop = workloads.onChange(() => {
      const leaving = this.pods.filter(({ metadata }) => metadata.deletionTimestamp);
      for (const pod of leaving) void this.forceDelete(pod).catch(() => {}); // it is gone
    });
    const old = new Set(this.pods.map(({ metadata }) => metadata.uid));
    const left = () => this.pods.some(({ metadata }) => old.has(metadata.uid));
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
  }

  /** All of them, those that leave too. */
  private get pods(): Pod[] {
    const { all } = this.platform.workloads;
    return all.find(({ id }) => id === "mini-xdr/mini-xdr-backend")?.pods ?? [];
  }

  /** Deletes a pod without grace: its containers are killed. */
  private async forceDelete({ metadata }: Pod): Promise<void> {
    await this.platform.plane.api.delete(
      `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}?gracePeriodSeconds=0`,
    );
  }
}
