import { setTimeout as pause } from "node:timers/promises";
import {
  ApiError,
  type Api,
  type KubernetesObject,
  type WatchEvent,
} from "../../../rehearsal/control-plane/api";
import { groupOfArn } from "./settings";

/** Where targets are registered: the load balancer. */
export interface Targets {
  register(group: string, ip: string, port: number): Promise<void>;
  deregister(group: string, ip: string, port: number): Promise<void>;
}

interface Binding extends KubernetesObject {
  spec: { targetGroupARN: string; serviceRef: { name: string; port: string | number } };
}

interface EndpointSlice extends KubernetesObject {
  endpoints: { addresses: string[]; conditions: { ready?: boolean } }[] | null;
  ports: { name?: string; port?: number }[] | null;
}

/** One address of one group. */
interface Member {
  group: string;
  ip: string;
  port: number;
}

/**
 * Seconds from a change of a Service's endpoints until the load balancer acts on it. AWS states no
 * figure. It is the controller's reaction, the API's call and its way to the load balancer's nodes,
 * which "still takes time" after a target shows as draining and which nobody can observe
 * (kubernetes-sigs/aws-load-balancer-controller#2366); users count with about 10 s for it (#1719).
 */
export const defaultDelay = 1;

/**
 * A stand-in for the controller in EKS Auto Mode that binds pods to target groups. It watches every
 * TargetGroupBinding and the EndpointSlices of their Services, registers the addresses that are
 * ready and deregisters those that are not, or are gone: each change after the delay, in order.
 *
 * It leaves out: readiness gates, security groups, service ports by number, and that pods of nodes
 * whose state is unknown stay registered while no other pod is ready. While the API server is away
 * everything stays as it is.
 */
export class Registration {
  private readonly bindings = new Map<string, Binding>();
  private readonly slices = new Map<string, EndpointSlice>();
  private readonly registered = new Map<string, Member>();
  private readonly stopped = new AbortController();
  /** Watches that have not yet listed everything: until then nothing is known to be gone. */
  private listing = 2;
  private last: Promise<void> = Promise.resolve();

  private constructor(
    private readonly api: Pick<Api, "watch">,
    private readonly targets: Targets,
    private readonly delay: number,
  ) {}

  /**
   * @param delay in seconds; see `defaultDelay`
   * @throws Error when the API server refuses; later it is asked again until it is back
   */
  static async start(
    api: Pick<Api, "watch">,
    targets: Targets,
    delay = defaultDelay,
  ): Promise<Registration> {
    const registration = new Registration(api, targets, delay);
    // A kind that has just been defined can be listed a moment later.
    const young = (error: unknown) => error instanceof ApiError && error.status === 429;
    const first = <T extends KubernetesObject>(path: string, objects: Map<string, T>) =>
      registration.follow(path, objects).catch((error: unknown) => {
        if (!young(error)) throw error;
        return registration.followAgain(path, objects, young);
      });
    try {
      await Promise.all([
        first("/apis/eks.amazonaws.com/v1/targetgroupbindings", registration.bindings),
        first("/apis/discovery.k8s.io/v1/endpointslices", registration.slices),
      ]);
      return registration;
    } catch (error) {
      registration.stop();
      throw error;
    }
  }

  /** Targets stay as they are, as when the controller dies. */
  stop(): void {
    this.stopped.abort();
  }

  /** Keeps `objects` as the API server has them; lists anew when the watch ends. */
  private async follow<T extends KubernetesObject>(path: string, objects: Map<string, T>) {
    const onEvent = ({ type, object }: WatchEvent<T>) => {
      const id = `${object.metadata.namespace}/${object.metadata.name}`;
      if (type === "DELETED") objects.delete(id);
      else objects.set(id, object);
      this.schedule();
    };
    let ended = false;
    const onEnd = () => {
      if (ended) return; // a stream that fails also closes
      ended = true;
      this.listing++;
      void this.followAgain(path, objects, () => true);
    };
    objects.clear();
    await this.api.watch<T>(path, onEvent, onEnd, this.stopped.signal);
    this.listing--;
    this.schedule();
  }

  /** Tries once a second, as long as the failure is one that passes. */
  private async followAgain<T extends KubernetesObject>(
    path: string,
    objects: Map<string, T>,
    passes: (error: unknown) => boolean,
  ): Promise<void> {
    for (;;) {
      await pause(1000);
      if (this.stopped.signal.aborted) return;
      try {
        return await this.follow(path, objects);
      } catch (error) {
        if (!passes(error)) throw error;
      }
    }
  }

  private schedule(): void {
    if (this.listing > 0) return;
    const wanted = this.wanted();
    setTimeout(() => {
      this.last = this.last.then(() => this.apply(wanted)).catch(() => {}); // it is gone
    }, this.delay * 1000);
  }

  /** Every ready address of every bound Service. */
  private wanted(): Map<string, Member> {
    const members = [...this.bindings.values()].flatMap(({ metadata, spec }) => {
      const group = groupOfArn(spec.targetGroupARN);
      return [...this.slices.values()]
        .filter(
          (slice) =>
            slice.metadata.namespace === metadata.namespace &&
            slice.metadata.labels?.["kubernetes.io/service-name"] === spec.serviceRef.name,
        )
        .flatMap((slice) => membersOf(slice, spec.serviceRef.port))
        .map((member) => ({ group, ...member }));
    });
    return new Map(members.map((member) => [JSON.stringify(member), member]));
  }

  private async apply(wanted: Map<string, Member>): Promise<void> {
    if (this.stopped.signal.aborted) return;
    for (const [id, { group, ip, port }] of this.registered)
      if (!wanted.has(id)) {
        this.registered.delete(id);
        await this.targets.deregister(group, ip, port);
      }
    for (const [id, member] of wanted)
      if (!this.registered.has(id)) {
        this.registered.set(id, member);
        await this.targets.register(member.group, member.ip, member.port);
      }
  }
}

function membersOf({ endpoints, ports }: EndpointSlice, name: string | number) {
  const port = ports?.find((one) => one.name === name)?.port;
  if (port === undefined) return [];
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions.ready)
    .map(({ addresses }) => ({ ip: addresses[0]!, port }));
}
