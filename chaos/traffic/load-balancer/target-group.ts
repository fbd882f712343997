import http from "node:http";
import type { Socket } from "node:net";
import { now } from "../clock";
import { checkHealth, type HealthReason } from "./health-check";
import type { TargetGroupSettings } from "./settings";

/** AWS' states of a target; one that is `unused` is no longer there. */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

/** A target has come to another state. */
export interface TargetChange {
  /** Milliseconds since the epoch. */
  time: number;
  group: string;
  /** `IP:PORT` */
  target: string;
  state: TargetState;
  reason?: HealthReason;
}

/** An address that takes requests, with the connections that are kept to it. */
export class Target {
  state: TargetState = "initial";
  /** Ends of the requests that it has not answered in full, each by a call. */
  readonly open = new Set<() => void>();
  readonly agent: http.Agent;
  /** Checks of the same result in a row; failed ones are negative. */
  private inRow = 0;
  private timer?: NodeJS.Timeout;

  constructor(
    readonly ip: string,
    readonly port: number,
    idleTimeout: number,
  ) {
    this.agent = new KeptConnections(idleTimeout);
  }

  get id(): string {
    return `${this.ip}:${this.port}`;
  }

  /** Checks at once and then at every interval, however long the answers take. */
  startChecks(
    { healthCheck }: TargetGroupSettings,
    localAddress: string | undefined,
    onChange: (state: TargetState, reason?: HealthReason) => void,
  ): void {
    const check = async () => {
      const reason = await checkHealth(this, healthCheck, localAddress);
      if (this.timer === undefined) return;
      this.inRow = reason ? Math.min(this.inRow, 0) - 1 : Math.max(this.inRow, 0) + 1;
      // A new target has to pass once; an unhealthy one as often as the threshold says.
      const needed = this.state === "initial" ? 1 : healthCheck.healthyThreshold;
      if (this.state !== "healthy" && this.inRow >= needed) onChange("healthy");
      if (this.state !== "unhealthy" && -this.inRow >= healthCheck.unhealthyThreshold)
        onChange("unhealthy", reason);
    };
    this.timer = setInterval(() => void check(), healthCheck.interval * 1000);
    void check();
  }

  stopChecks(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Cuts what is open, and the connections that are kept. */
  cut(): void {
    for (const end of [...this.open]) end();
    this.agent.destroy();
  }
}

/**
 * The planned target group. Requests go to the healthy target with the fewest open ones; when none
 * is healthy, to all that are registered: the group fails open.
 *
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html:
 * after it is registered, a target "must pass one health check to be considered healthy", and a group
 * of unhealthy targets only routes "to all those targets, regardless of their health status". AWS
 * counts a target that is still `initial` among those (its minimum of healthy targets is one).
 */
export class TargetGroup {
  private readonly registered = new Map<string, Target>();
  private readonly draining = new Map<Target, NodeJS.Timeout>();
  /** Among equals the turns go round. */
  private turn = 0;

  /** @param idleTimeout seconds after which a kept connection without a request ends */
  constructor(
    readonly settings: TargetGroupSettings,
    private readonly idleTimeout: number,
    private readonly localAddress: string | undefined,
    private readonly onChange: (change: TargetChange) => void,
  ) {}

  /** Every target, those that drain too. */
  get targets(): Target[] {
    return [...this.registered.values(), ...this.draining.keys()];
  }

  /** Adds a target; one that is there stays as it is, one that drains begins anew beside itself. */
  register(ip: string, port: number): void {
    const target = new Target(ip, port, this.idleTimeout);
    if (this.registered.has(target.id)) return;
    this.registered.set(target.id, target);
    this.change(target, "initial");
    target.startChecks(this.settings, this.localAddress, (state, reason) =>
      this.change(target, state, reason),
    );
  }

  /**
   * Takes a target out: it gets nothing new and keeps what is open for the deregistration delay.
   * AWS does not say whether it is still checked; here it is not.
   */
  deregister(ip: string, port: number): void {
    const target = this.registered.get(`${ip}:${port}`);
    if (!target) return;
    this.registered.delete(target.id);
    target.stopChecks();
    const end = () => {
      this.draining.delete(target);
      target.cut();
      this.change(target, "unused");
    };
    this.draining.set(target, setTimeout(end, this.settings.deregistrationDelay * 1000));
    this.change(target, "draining");
  }

  /** The target of the next request; undefined when none is registered. */
  choose(): Target | undefined {
    const all = [...this.registered.values()];
    const healthy = all.filter(({ state }) => state === "healthy");
    const able = healthy.length > 0 ? healthy : all;
    const fewest = Math.min(...able.map(({ open }) => open.size));
    const equals = able.filter(({ open }) => open.size === fewest);
    return equals[this.turn++ % equals.length];
  }

  close(): void {
    for (const timer of this.draining.values()) clearTimeout(timer);
    for (const target of this.targets) {
      target.stopChecks();
      target.cut();
    }
  }

  private change(target: Target, state: TargetState, reason?: HealthReason): void {
    target.state = state;
    this.onChange({ time: now(), group: this.settings.name, target: target.id, state, reason });
  }
}

/** Kept connections, each until it has been idle for the load balancer's own time. */
class KeptConnections extends http.Agent {
  private readonly idleMs: number;

  constructor(idleTimeout: number) {
    super({ keepAlive: true, timeout: idleTimeout * 1000, maxFreeSockets: Infinity });
    this.idleMs = idleTimeout * 1000;
  }

  /** Node's own would obey a target's `Keep-Alive: timeout` hint, and hide that it is too short. */
  override keepSocketAlive(socket: Socket): boolean {
    socket.setKeepAlive(true);
    socket.setTimeout(this.idleMs);
    return true;
  }
}
