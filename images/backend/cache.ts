import { Memory } from "./memory";
import { Problem } from "./problems";
import type { Valkey } from "./valkey";

/** A text that was read, and how. */
export interface Found {
  text: string;
  state: "hit" | "miss" | "stale";
  /** Seconds since it was read from the database. */
  age: number;
}

interface Entry {
  text: string;
  /** Milliseconds since 1970, by the clock of the pod that read it. */
  at: number;
}

export interface CacheEvents {
  hit(): void;
  miss(): void;
}

/** How long an old answer is good enough while the database cannot give a new one, in seconds. */
const usableSeconds = 3600;
/** How long a request waits for a new answer where an old one is at hand, in milliseconds. */
const patience = 250;

/**
 * Reads through two caches, this process's memory and Valkey. Whoever has an old answer does not
 * wait long for a slow database, and keeps the old one while the database is away.
 */
export class Cache {
  private readonly memory = new Memory<Entry>(5000, 32 * 2 ** 20, ({ text }) => text.length);
  private readonly loading = new Map<string, Promise<Entry>>();

  constructor(
    private readonly valkey: Pick<Valkey, "get" | "set" | "delete">,
    private readonly events: CacheEvents,
  ) {}

  /**
   * @param load reads from the database; one call serves all who wait for the same key. Its
   *   refusals other than 503 reach the caller and forget the old answer.
   * @param freshSeconds how old a hit may be
   */
  async read(key: string, load: () => Promise<string>, freshSeconds: number): Promise<Found> {
    const isFresh = ({ at }: Entry) => Date.now() - at < freshSeconds * 1000;
    let known = this.memory.get(key);
    if (!known || !isFresh(known)) {
      const shared = this.loading.has(key) ? undefined : decode(await this.valkey.get(key));
      if (shared && shared.at > (known?.at ?? 0)) this.memory.set(key, (known = shared));
    }
    if (known && isFresh(known)) {
      this.events.hit();
      return found(known, "hit");
    }
    const loading = this.load(key, load);
    try {
      const loaded = await (known ? Promise.race([loading, pause(patience)]) : loading);
      if (loaded) {
        this.events.miss();
        return found(loaded, "miss");
      }
    } catch (error) {
      if (!(error instanceof Problem) || error.status < 500) throw error;
      if (!known) throw error;
    }
    this.events.hit();
    return found(known!, "stale");
  }

  /** Puts in what was just written. */
  async put(key: string, text: string): Promise<void> {
    const entry = { text, at: Date.now() };
    this.memory.set(key, entry);
    await this.valkey.set(key, encode(entry), usableSeconds);
  }

  private load(key: string, load: () => Promise<string>): Promise<Entry> {
    const running = this.loading.get(key);
    if (running) return running;
    const started = (async () => {
      try {
        const entry = { text: await load(), at: Date.now() };
        this.memory.set(key, entry);
        // Nobody waits for the shared cache.
        void this.valkey.set(key, encode(entry), usableSeconds);
        return entry;
      } catch (error) {
        if (error instanceof Problem && error.status < 500) {
          this.memory.delete(key);
          void this.valkey.delete(key);
        }
        throw error;
      } finally {
        this.loading.delete(key);
      }
    })();
    this.loading.set(key, started);
    // Who had an old answer may have gone.
    started.catch(() => undefined);
    return started;
  }
}

function found({ text, at }: Entry, state: Found["state"]): Found {
  return { text, state, age: Math.max(0, Math.floor((Date.now() - at) / 1000)) };
}

const encode = ({ at, text }: Entry) => `${at} ${text}`;

function decode(kept: string | undefined): Entry | undefined {
  const [, at, text] = /^(\d+) (.*)$/s.exec(kept ?? "") ?? [];
  if (!at || !text || Date.now() - Number(at) > usableSeconds * 1000) return undefined;
  return { at: Number(at), text };
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined));
}
