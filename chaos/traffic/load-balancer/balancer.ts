import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { now } from "../clock";
import { answer, forward, type Exchange } from "./forward";
import type { LoadBalancerSettings } from "./settings";
import { TargetGroup, type TargetChange } from "./target-group";

/** A load balancer, and where it runs. */
export interface BalancerConfig extends LoadBalancerSettings {
  /** Where it listens; port 0 is a free one. */
  listen: { host: string; port: number };
  /** Its own address towards targets, which their NetworkPolicy has to admit; default: the system's. */
  localAddress?: string;
  /** File for one line of JSON a request. */
  accessLog?: string;
}

/** A line of the access log. */
export interface AccessLine extends Exchange {
  /** Milliseconds since the epoch at which the request came. */
  time: number;
  milliseconds: number;
  client: string;
  method: string;
  path: string;
  /** Absent where a rule has answered. */
  group?: string;
  /** `IP:PORT`; absent when there was none. */
  target?: string;
}

/**
 * The load balancer's data plane.
 *
 * It leaves out: TLS and HTTP/2 at the listener, WebSockets, stickiness, slow start, `X-Amzn-Trace-Id`,
 * the text of a fixed answer, and that an Application Load Balancer is several nodes in several zones, each with its own checks,
 * connections and view of the targets.
 */
export class Balancer {
  readonly groups: Map<string, TargetGroup>;
  private readonly server: http.Server;
  private readonly rules: { pattern: RegExp; action: TargetGroup | number }[];
  private readonly log?: WriteStream;

  private constructor(
    private readonly config: BalancerConfig,
    onChange: (change: TargetChange) => void,
  ) {
    const { groups, rules, idleTimeout, localAddress, accessLog } = config;
    this.groups = new Map(
      groups.map((settings) => [
        settings.name,
        new TargetGroup(settings, idleTimeout, localAddress, onChange),
      ]),
    );
    this.rules = rules.flatMap((rule) => {
      const action = "group" in rule ? this.group(rule.group) : rule.status;
      return rule.paths.map((path) => ({ pattern: patternOf(path), action }));
    });
    this.log = accessLog === undefined ? undefined : createWriteStream(accessLog, { flags: "a" });
    // Node keeps a connection for a second longer than it is told.
    const keepAliveTimeout = Math.max(1, idleTimeout * 1000 - 1000);
    this.server = http.createServer({ keepAliveTimeout, requestTimeout: 0 }, (request, response) =>
      this.handle(request, response),
    );
  }

  static async start(
    config: BalancerConfig,
    onChange: (change: TargetChange) => void,
  ): Promise<Balancer> {
    const balancer = new Balancer(config, onChange);
    balancer.server.listen(config.listen.port, config.listen.host, 4096);
    await once(balancer.server, "listening");
    return balancer;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** @throws Error when there is no such group */
  group(name: string): TargetGroup {
    const group = this.groups.get(name);
    if (!group) throw new Error(`there is no target group ${name}`);
    return group;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    for (const group of this.groups.values()) group.close();
    await closed;
    if (this.log) await new Promise<void>((resolve) => this.log!.end(resolve));
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const time = now();
    const path = request.url!.split("?", 1)[0]!;
    const action =
      this.rules.find(({ pattern }) => pattern.test(path))?.action ??
      this.group(this.config.defaultGroup);
    const group = typeof action === "number" ? undefined : action;
    const target = group?.choose();
    const ended = (exchange: Exchange) =>
      this.log?.write(
        JSON.stringify({
          time,
          milliseconds: Math.round((now() - time) * 1000) / 1000,
          client: `${request.socket.remoteAddress}:${request.socket.remotePort}`,
          method: request.method!,
          path,
          group: group?.settings.name,
          target: target?.id,
          ...exchange,
        } satisfies AccessLine) + "\n",
      );
    if (target)
      return forward(request, response, target, this.config, this.config.localAddress, ended);
    const [status, reason] =
      typeof action === "number" ? [action, "a rule"] : [503, "no target is registered"];
    answer(request, response, status);
    ended({ status, whole: false, reused: false, reason });
  }
}

/** A listener rule's path pattern: `*` is any characters, `?` is one; upper case is not lower case. */
export function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}
