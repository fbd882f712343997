/**
 * So many requests of one tenant a second, in this process. Own, as @fastify/rate-limit 11 reads a
 * burst's count after all of it was counted, and then refuses also what was within the limit.
 */
export class RateLimit {
  private readonly counts = new Map<string, number>();
  private second = 0;

  constructor(
    private readonly max: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Counts a request; false when it is one too many. */
  take(tenant: string): boolean {
    const second = Math.floor(this.now() / 1000);
    if (second !== this.second) this.counts.clear();
    this.second = second;
    const count = (this.counts.get(tenant) ?? 0) + 1;
    this.counts.set(tenant, count);
    return count <= this.max;
  }
}
