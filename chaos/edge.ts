import { output } from "../lib/processes";
import type { Plan } from "../plan/plan";
import type { Api } from "../rehearsal/control-plane/api";
import { addressesIn } from "../rehearsal/services/subnets";
import { LoadBalancer } from "./traffic/load-balancer/load-balancer";
import { Registration } from "./traffic/load-balancer/registration";
import {
  plannedLoadBalancer,
  type HealthCheck,
  type LoadBalancerSettings,
} from "./traffic/load-balancer/settings";

/** Seconds in which every pod has to have passed its health checks. */
const healthyLimit = 60;

/**
 * The planned load balancer with the planned bindings, at an address of the planned public subnets:
 * the pods' network policies let it in, and nobody else.
 */
export class Edge {
  private constructor(
    readonly settings: LoadBalancerSettings,
    /** From where it asks its targets. */
    readonly address: string,
    readonly balancer: LoadBalancer,
    private readonly registration: Registration,
  ) {}

  /**
   * @param accessLog file for a line of JSON a request
   * @param checks what else than planned its health checks are
   */
  static async start(
    plan: Plan,
    api: Api,
    accessLog: string,
    checks: Partial<HealthCheck> = {},
  ): Promise<Edge> {
    const address = addressesIn(plan, "public", 10)[0]!;
    await output("ip", ["address", "replace", `${address}/32`, "dev", "lo"]);
    const planned = plannedLoadBalancer(plan);
    const groups = planned.groups.map((group) => ({
      ...group,
      healthCheck: { ...group.healthCheck, ...checks },
    }));
    const settings = { ...planned, groups };
    const balancer = await LoadBalancer.start({
      ...settings,
      listen: { host: address, port: 0 },
      localAddress: address,
      accessLog,
    });
    const registration = await Registration.start(api, balancer);
    return new Edge(settings, address, balancer, registration);
  }

  async stop(): Promise<void> {
    this.registration.stop();
    await this.balancer.stop();
  }

  /** Name of the planned target group of a service. */
  group(service: "backend" | "frontend"): string {
    return this.settings.groups.find(({ name }) => name.endsWith(`-${service}`))!.name;
  }

  /**
   * Seconds until a target that drops every packet gets no requests any more: health interval ×
   * threshold, and the time-out of the last check.
   */
  get errorWindow(): number {
    const { interval, unhealthyThreshold, timeout } = this.settings.groups[0]!.healthCheck;
    return interval * unhealthyThreshold + timeout;
  }

  /** Resolves when both services have this many healthy targets, and no others. */
  async healthy(count: number): Promise<void> {
    const all = (targets: ReadonlyMap<string, string>) =>
      targets.size === count && [...targets.values()].every((state) => state === "healthy");
    for (const service of ["backend", "frontend"] as const)
      await this.balancer.until(this.group(service), all, healthyLimit);
  }
}
