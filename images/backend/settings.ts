import { readFileSync } from "node:fs";
import type { DatabaseSettings } from "./database";
import { brokenLinks, defaultTimeouts, type Timeouts } from "./timeouts";

/** A wrong environment: one line that names the variable and the remedy; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Settings {
  /** `PORT`, default 8000. */
  port: number;
  /** The read-write pool: `DATABASE_*`. */
  writer: DatabaseSettings;
  /** The read-only pool, on the replicas: `DATABASE_READ_ONLY_*`. */
  replica: DatabaseSettings;
  cache: CacheSettings;
  timeouts: Timeouts;
  limits: Limits;
  /** `MODEL_FILE`: another detection model than the one in the image. */
  modelFile?: string;
}

export interface CacheSettings {
  host: string;
  port: number;
  token: string;
  /** PEM of the authority; by default the system's. */
  ca?: string;
}

/** What one process takes at most. */
export interface Limits {
  /** `MAX_WRITES`: writes at once; more are refused. Default 64. */
  writes: number;
  /** `MAX_READS`: reads at once. Default 256. */
  reads: number;
  /** `MAX_STREAMS`: open event streams. Default 200. */
  streams: number;
  /** `RATE_LIMIT`: requests of one organization a second. Default 2000. */
  rate: number;
  /** `MAX_BURST_MS`: longest time that the event loop takes new requests in one go. Default 250. */
  burst: number;
}

type Environment = Record<string, string | undefined>;

/** Reads the server's environment. @throws UsageError */
export function readSettings(env: Environment): Settings {
  const timeouts: Timeouts = {
    ...defaultTimeouts,
    statement: whole(env, "STATEMENT_TIMEOUT_MS", defaultTimeouts.statement),
    database: whole(env, "DATABASE_TIMEOUT_MS", defaultTimeouts.database),
    route: whole(env, "ROUTE_TIMEOUT_MS", defaultTimeouts.route),
    receive: whole(env, "RECEIVE_TIMEOUT_MS", defaultTimeouts.receive),
    keepAlive: whole(env, "KEEP_ALIVE_MS", defaultTimeouts.keepAlive),
    drain: whole(env, "DRAIN_MS", defaultTimeouts.drain),
    silence: whole(env, "DRAIN_SILENCE_MS", defaultTimeouts.silence),
  };
  const broken = brokenLinks(timeouts);
  if (broken.length > 0) throw new UsageError(`time-outs: ${broken.join("; ")}`);
  const connections = whole(env, "DATABASE_CONNECTIONS", 10);
  const writer = {
    ...readDatabase(env),
    connectTimeout: timeouts.database,
    queryTimeout: timeouts.database,
    maxConnections: connections,
    minConnections: connections,
  };
  const cacheAuthority = env.CACHE_CA_FILE;
  return {
    port: whole(env, "PORT", 8000),
    writer,
    replica: {
      ...writer,
      database: required(env, "DATABASE_READ_ONLY_NAME"),
      user: required(env, "DATABASE_READ_ONLY_USER"),
      password: required(env, "DATABASE_READ_ONLY_PASSWORD"),
    },
    cache: {
      host: required(env, "CACHE_HOST"),
      port: whole(env, "CACHE_PORT", 6379),
      token: required(env, "CACHE_TOKEN"),
      ca: cacheAuthority && file("CACHE_CA_FILE", cacheAuthority),
    },
    timeouts,
    limits: {
      writes: whole(env, "MAX_WRITES", 64),
      reads: whole(env, "MAX_READS", 256),
      streams: whole(env, "MAX_STREAMS", 200),
      rate: whole(env, "RATE_LIMIT", 2000),
      burst: whole(env, "MAX_BURST_MS", 250),
    },
    modelFile: env.MODEL_FILE || undefined,
  };
}

/** Reads where the database is: all that the owner's commands need. @throws UsageError */
export function readDatabase(env: Environment): DatabaseSettings {
  return {
    host: required(env, "DATABASE_HOST"),
    port: whole(env, "DATABASE_PORT", 5432),
    database: required(env, "DATABASE_NAME"),
    user: required(env, "DATABASE_USER"),
    password: required(env, "DATABASE_PASSWORD"),
    ca: file("DATABASE_CA_FILE", required(env, "DATABASE_CA_FILE")),
  };
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new UsageError(`${name}: not set; see charts/mini-xdr/README.md`);
  return value;
}

function whole(env: Environment, name: string, byDefault: number): number {
  const text = env[name] || String(byDefault);
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`${name}: "${text}"; a whole number above 0 is wanted`);
  return Number(text);
}

function file(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}`);
  }
}
