import { databaseCluster, databaseInstance, isReplica } from "../model/database";
import { poolers, seconds, type Pooler } from "../model/pooler";
import type { Resource, Stack } from "../model/resource";
import type { Settings } from "../model/settings";

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
    words: "typically 60 to 120 seconds",
    source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html",
  },
};

/** Most that our own settings may add, seconds. */
export const ownLimit = 10;

/** What our settings can add to AWS's promotion in the worst case, seconds. */
export interface FailoverBudget {
  topology: keyof typeof quoted;
  /** Until a connection to the lost writer is given up. */
  deadSocket: number;
  /** One attempt to connect and log in. */
  connect: number;
  /** As long as an address, or that there is none, is believed. */
  dns: number;
  /** Pause after a failed login. */
  loginRetry: number;
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
  const [worst] = found.map(terms).sort((a, b) => b.own - a.own);
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

function terms(pooler: Pooler) {
  const value = (key: string) => seconds(pooler, key)!;
  // With TCP_USER_TIMEOUT set, Linux ends a silent connection at the first keepalive after it.
  const deadSocket = Math.max(
    value("tcp_user_timeout") / 1000,
    value("tcp_keepidle") + value("tcp_keepintvl"),
  );
  const connect = value("server_connect_timeout");
  const dns = Math.max(value("dns_max_ttl"), value("dns_nxdomain_ttl"));
  const loginRetry = value("server_login_retry");
  return { deadSocket, connect, dns, loginRetry, own: deadSocket + connect + dns + loginRetry };
}

/** Databases whose writer can fail over. */
export function writers(stack: Stack): Resource[] {
  return stack.ofType(databaseCluster, databaseInstance).filter((found) => !isReplica(found));
}

/** The budget as the preview prints it. */
export function describeFailover(budget: FailoverBudget | Unreadable): string {
  if ("problems" in budget) return `failover budget: ${budget.problems.join("; ")}`;
  const { topology, deadSocket, connect, dns, loginRetry, own, target } = budget;
  const { seconds, words } = quoted[topology];
  return (
    `failover budget: ${seconds} s quoted by AWS ("${words}") + ${own} s of ours at worst ` +
    `(dead socket ${deadSocket}, connect ${connect}, DNS ${dns}, login retry ${loginRetry}) ` +
    `= ${seconds + own} s of ${target} s`
  );
}
