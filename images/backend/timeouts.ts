/** Everything that waits, in milliseconds. Each must end before the one around it does. */
export interface Timeouts {
  /** One statement at the database, which then cancels it. */
  statement: number;
  /** All that one request does at the database. */
  database: number;
  /** A route's work, from the whole request to its answer. */
  route: number;
  /** The client's sending of one whole request. */
  receive: number;
  /** The load balancer gives up a connection on which nothing moves. */
  loadBalancerIdle: number;
  /** This server closes an idle connection. */
  keepAlive: number;
  /** The pod's preStop sleep, before SIGTERM. */
  preStop: number;
  /** From SIGTERM to the end, at the longest. */
  drain: number;
  /** Of it: for kept connections that are idle, to ask once more and be told. */
  silence: number;
  /** From the pod's deletion to SIGKILL. */
  grace: number;
}

export const defaultTimeouts: Timeouts = {
  statement: 1500,
  database: 2000,
  route: 5000,
  receive: 10_000,
  loadBalancerIdle: 60_000,
  keepAlive: 75_000,
  preStop: 25_000,
  drain: 30_000,
  silence: 10_000,
  grace: 60_000,
};

/**
 * What is wrong with the chain, one line each; empty when it holds. A broken one shows only under
 * a fault: as a 504 instead of our 503, as a 502 on a kept connection, as a request cut by SIGKILL.
 */
export function brokenLinks(t: Timeouts): string[] {
  const longestRequest = t.receive + t.route;
  const links: [boolean, string][] = [
    [
      t.statement < t.database,
      `statement (${t.statement}) must be below database (${t.database}): the server cancels before the connection is given up`,
    ],
    [
      t.database < t.route,
      `database (${t.database}) must be below route (${t.route}): a request says what became of its write`,
    ],
    [
      longestRequest < t.loadBalancerIdle,
      `receive + route (${longestRequest}) must be below the load balancer's idle time (${t.loadBalancerIdle}): we answer first`,
    ],
    [
      t.keepAlive > t.loadBalancerIdle,
      `keep-alive (${t.keepAlive}) must be above the load balancer's idle time (${t.loadBalancerIdle}): only the sender may close`,
    ],
    [
      t.drain >= longestRequest,
      `drain (${t.drain}) must be at least receive + route (${longestRequest}): no open request is cut`,
    ],
    [
      t.silence <= t.drain,
      `silence (${t.silence}) must be at most drain (${t.drain}): it is a part of it`,
    ],
    [
      t.grace >= t.preStop + t.drain,
      `grace (${t.grace}) must be at least preStop + drain (${t.preStop + t.drain}): the process ends before SIGKILL`,
    ],
  ];
  return links.filter(([holds]) => !holds).map(([, what]) => what);
}
