import Redis from "iovalkey";
import { Breaker } from "./breaker";
import { log } from "./log";
import type { CacheSettings } from "./settings";

/** Longest wait for the cache, in milliseconds: it shall be quicker than what it stands for. */
const commandTimeout = 150;

/**
 * The shared cache. It may be gone at any time: every command then fails at once, and who uses it
 * does without.
 */
export class Valkey {
  private readonly client: Redis;
  private subscriber: Redis | undefined;
  private readonly breaker = new Breaker("cache", () => true);
  private readonly pulse: NodeJS.Timeout;

  /** @param onError told of every command that failed */
  constructor(
    settings: CacheSettings,
    private readonly onError: (error: Error) => void,
  ) {
    this.client = new Redis({
      host: settings.host,
      port: settings.port,
      password: settings.token,
      tls: { servername: settings.host, ...(settings.ca && { ca: settings.ca }) },
      // What cannot be sent now is not wanted later.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 2000,
      commandTimeout,
      keepAlive: 5000,
      retryStrategy: (attempt) => Math.min(100 * attempt, 1000),
    });
    listen(this.client);
    // Without traffic too, it is known when the cache is gone, and when it is back.
    this.pulse = setInterval(() => {
      this.breaker.run(() => this.client.ping()).catch(() => undefined);
    }, 1000);
    this.pulse.unref();
  }

  /** Whether commands are answered, as far as known. */
  get available(): boolean {
    return this.client.status === "ready" && this.breaker.state !== "open";
  }

  /** @throws when the cache does not answer */
  async ping(): Promise<void> {
    await this.client.ping();
  }

  /** What is kept; undefined also when the cache is away. */
  async get(key: string): Promise<string | undefined> {
    return (await this.attempt(() => this.client.get(key))) ?? undefined;
  }

  /** Keeps a value for so many seconds, if it can. */
  async set(key: string, value: string, seconds: number): Promise<void> {
    await this.attempt(() => this.client.set(key, value, "EX", seconds));
  }

  async delete(key: string): Promise<void> {
    await this.attempt(() => this.client.del(key));
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.attempt(() => this.client.publish(channel, message));
  }

  /** Calls back with every message, whenever the cache is there. */
  subscribe(channel: string, onMessage: (message: string) => void): void {
    this.subscriber = this.client.duplicate({
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
      commandTimeout: undefined,
    });
    listen(this.subscriber);
    this.subscriber.on("message", (_, message: string) => onMessage(message));
    this.subscriber.subscribe(channel).catch(() => undefined);
  }

  close(): void {
    clearInterval(this.pulse);
    this.client.disconnect();
    this.subscriber?.disconnect();
  }

  private async attempt<Result>(command: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await this.breaker.run(command);
    } catch (error) {
      this.onError(error as Error);
      return undefined;
    }
  }
}

/** Says once that the connection is lost, and once that it is back. */
function listen(client: Redis): void {
  let lost = false;
  client.on("error", (error: Error) => {
    if (!lost) log.warn("cache away", { error: error.message });
    lost = true;
  });
  client.on("ready", () => {
    if (lost) log.info("cache back");
    lost = false;
  });
}
