import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";

/** A wrong environment: all that is wrong, one line each; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A database of PgBouncer's, as its own configuration has it. */
export interface PooledDatabase {
  name: string;
  /** The name that decides without us. */
  host: string;
  port: number;
  dbname: string;
}

export interface Settings {
  writer: PooledDatabase;
  /** Absent: reads are left to their name. */
  reader?: PooledDatabase;
  /** Planned endpoints of the instances. */
  endpoints: string[];
  login: { user: string; password: string; ca: string };
  /** Folder of PgBouncer's Unix socket; the files of both lie there too. */
  run: string;
  port: number;
  entriesFile: string;
  leaseFile: string;
  metricsPort: number;
  /** A number of this pod's own, by which poolers spread over the standbys. */
  turn: number;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the environment. `TOPOLOGY_CONFIG` names PgBouncer's own file, which says what is pooled.
 *
 * @throws UsageError
 */
export function readSettings(env: Environment): Settings {
  const problems: string[] = [];
  const required = (name: string) => {
    if (!env[name]) problems.push(`${name} is not set`);
    return env[name] ?? "";
  };
  const file = (name: string) => {
    const value = required(name);
    try {
      return value && readFileSync(value, "utf8");
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`);
      return "";
    }
  };
  const whole = (name: string, fallback: number) => {
    const value = env[name] ?? String(fallback);
    if (!/^[1-9]\d{0,4}$/.test(value)) problems.push(`${name}: ${value} is no port`);
    return Number(value);
  };
  const databases = pooled(file("TOPOLOGY_CONFIG"));
  const database = (name: string) => {
    const found = databases.find((each) => each.name === name);
    if (name && !found) problems.push(`TOPOLOGY_CONFIG: no entry ${name} with host, port, dbname`);
    return found ?? { name, host: "", port: 0, dbname: "" };
  };
  const run = required("TOPOLOGY_RUN");
  const writer = database(required("TOPOLOGY_WRITER"));
  const reads = env.TOPOLOGY_READER ? database(env.TOPOLOGY_READER) : undefined;
  const endpoints = required("TOPOLOGY_ENDPOINTS")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  if (endpoints.length === 1)
    problems.push("TOPOLOGY_ENDPOINTS: one instance has no other to follow");
  const settings: Settings = {
    writer,
    reader: reads,
    endpoints,
    login: {
      user: required("TOPOLOGY_USER"),
      password: required("TOPOLOGY_PASSWORD"),
      ca: file("TOPOLOGY_CA_FILE"),
    },
    run,
    port: whole("TOPOLOGY_PORT", 6432),
    entriesFile: path.join(run, "entries.ini"),
    leaseFile: path.join(run, "topology.lease"),
    metricsPort: whole("TOPOLOGY_METRICS_PORT", 9128),
    turn: turnOf(hostname()),
  };
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return settings;
}

/** The entries of a pgbouncer.ini that name a host, a port and a database, as the chart writes them. */
function pooled(ini: string): PooledDatabase[] {
  const lines = ini.matchAll(/^([a-z_][a-z0-9_]*) = host=(\S+) port=(\d+) dbname=(\S+)$/gm);
  return [...lines].map(([, name, host, port, dbname]) => {
    return { name: name!, host: host!, port: Number(port), dbname: dbname! };
  });
}

/** Another number for another name. */
function turnOf(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 0);
}
