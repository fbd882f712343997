import { databaseCluster, databaseInstance, isReplica } from "../model/database";
import { poolers, seconds, type Pooler } from "../model/pooler";
import { at, list, type Resource, type Stack } from "../model/resource";
import type { Settings } from "../model/settings";
import { follower, followerContainer } from "./follower";

/** AWS's own words for the time from a writer's loss to its successor; not a promise. */
export const quoted = {
  cluster: {
    seconds: 35,
    words: "typically under 35 seconds",
    source:
      "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/multi-az-db-clusters-concepts-failover.html",
  },
  instance: {
    seconds: 120,
    words: "typically 60–120 seconds",
    source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html",
  },
};

/** For how long AWS lets resolvers believe the records of its endpoints. */
export const timeToLive = {
  seconds: 5,
  source: "Best practices for Amazon RDS, Amazon RDS User Guide",
};

/** Most that may pass between AWS's promotion and writes that flow, seconds; AWS's time to live is in it. */
export const ownLimit = 10;

/** A part of the time after the promotion, at worst, in seconds. */
export interface Phase {
  what: string;
  seconds: number;
}

/** A way by which PgBouncer comes to the new writer, phase by phase. */
export interface Way {
  phases: Phase[];
  seconds: number;
}

/** What may come after AWS's promotion in the worst case. */
export interface FailoverBudget {
  topology: keyof typeof quoted;
  /** By the writer's name. With a sidecar that follows the topology, also what is left where that one fails. */
  byName: Way;
  /** By what the instances say; absent where nobody asks them. */
  followed?: Way;
  /** The longest of the ways. */
  own: number;
  target: number;
}

/** What is missing to add it up. */
export type Unreadable = { problems: string[] };

/** The failover budget of a database, read from the configuration that its poolers run with. */
export function failoverBudget(
  database: Resource,
  stack: Stack,
  settings: Settings,
): FailoverBudget | Unreadable {
  const found = poolers(stack);
  if (found.length === 0) return { problems: ["no pooler's configuration can be read"] };
  const problems = found.flatMap(absent);
  if (problems.length > 0) return { problems };
  const topology = database.type === databaseCluster ? "cluster" : "instance";
  const [worst] = found.map(waysOf).sort((a, b) => b.own - a.own);
  const target = settings.failoverTargetSeconds ?? quoted[topology].seconds + ownLimit;
  return { topology, ...worst!, target };
}

const keys = [
  "tcp_keepalive",
  "tcp_user_timeout",
  "tcp_keepidle",
  "tcp_keepintvl",
  "server_connect_timeout",
  "dns_max_ttl",
  "dns_nxdomain_ttl",
  "server_login_retry",
];

function absent(pooler: Pooler): string[] {
  return keys
    .filter((key) => !seconds(pooler, key))
    .map(
      (key) =>
        `${key} is ${pooler.settings[key] ?? "absent"} in pgbouncer.ini; it must be more than 0`,
    );
}

/** Both ways end with a connection, which may follow an attempt that failed. */
function waysOf(pooler: Pooler): Pick<FailoverBudget, "byName" | "followed" | "own"> {
  const value = (key: string) => seconds(pooler, key)!;
  const login = [
    { what: "connect", seconds: value("server_connect_timeout") },
    { what: "login retry", seconds: value("server_login_retry") },
  ];
  const dns = Math.max(value("dns_max_ttl"), value("dns_nxdomain_ttl"));
  const byName = way([longest(meanwhile(pooler)), { what: "DNS", seconds: dns }, ...login]);
  if (!isFollowed(pooler)) return { byName, own: byName.seconds };
  const followed = way([
    { what: "noticing", seconds: follower.ask + follower.fresh },
    { what: "confirming", seconds: follower.ask + follower.fresh },
    { what: "re-pointing", seconds: follower.obey },
    ...login,
  ]);
  return { byName, followed, own: Math.max(byName.seconds, followed.seconds) };
}

/**
 * What runs at the same time, and none of it later than from the promotion on: the longest counts. With
 * TCP_USER_TIMEOUT set, Linux ends a silent connection at the first keepalive after it.
 */
function meanwhile(pooler: Pooler): Phase[] {
  const value = (key: string) => seconds(pooler, key)!;
  const silence = value("tcp_keepidle") + value("tcp_keepintvl");
  return [
    { what: "AWS's time to live", seconds: timeToLive.seconds },
    { what: "dead socket", seconds: Math.max(value("tcp_user_timeout") / 1000, silence) },
    ...(isFollowed(pooler)
      ? [{ what: "a sidecar that fails", seconds: Math.max(follower.lease, follower.unsure) }]
      : []),
  ];
}

function isFollowed({ pods }: Pooler): boolean {
  return list(pods?.properties, "spec.template.spec.containers").some(
    (container) => at(container, "name") === followerContainer,
  );
}

function longest(phases: Phase[]): Phase {
  return phases.reduce((most, next) => (next.seconds > most.seconds ? next : most));
}

function way(phases: Phase[]): Way {
  return { phases, seconds: round(phases.reduce((sum, phase) => sum + phase.seconds, 0)) };
}

/** Databases whose writer can fail over. */
export function writers(stack: Stack): Resource[] {
  return stack.ofType(databaseCluster, databaseInstance).filter((found) => !isReplica(found));
}

/** The budget as the preview prints it. */
export function describeFailover(budget: FailoverBudget | Unreadable): string {
  if ("problems" in budget) return `failover budget: ${budget.problems.join("; ")}`;
  const { topology, byName, followed, own, target } = budget;
  const { seconds, words } = quoted[topology];
  const ways = followed
    ? `${told(followed)} where the topology is followed, ${told(byName)} where the name decides`
    : `${told(byName)} by the name`;
  return (
    `failover budget: ${seconds} s quoted by AWS ("${words}") + at worst ${ways}` +
    ` = ${round(seconds + own)} s of ${target} s`
  );
}

function told({ phases, seconds }: Way): string {
  const parts = phases.map((phase) => `${phase.what} ${round(phase.seconds)}`).join(", ");
  return `${seconds} s (${parts})`;
}

/** To milliseconds: a sum of tenths is none in floating point. */
const round = (value: number) => Math.round(value * 1000) / 1000;
