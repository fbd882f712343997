import type { Store } from "./store";
import type { Valkey } from "./valkey";

/** How long one answer serves everybody who asks, in milliseconds: probes shall not load a database. */
const keepFor = 500;

/** Asks what the platform needs: the database's writer and the cache. */
export class Dependencies {
  private asked = -Infinity;
  private answer: Promise<string[]> = Promise.resolve([]);

  constructor(
    private readonly store: Pick<Store, "ping">,
    private readonly valkey: Pick<Valkey, "ping">,
  ) {}

  /** Names those that do not answer in time. */
  failed(): Promise<string[]> {
    if (performance.now() - this.asked > keepFor) {
      this.asked = performance.now();
      this.answer = this.ask();
    }
    return this.answer;
  }

  private async ask(): Promise<string[]> {
    const [database, cache] = await Promise.allSettled([this.store.ping(), this.valkey.ping()]);
    return [
      ...(database.status === "rejected" ? ["database"] : []),
      ...(cache.status === "rejected" ? ["cache"] : []),
    ];
  }
}
