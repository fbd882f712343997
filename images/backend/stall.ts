const beatEvery = 100;

/** Notices that the event loop does not turn: nothing is answered then, whatever the sockets accept. */
export class StallWatch {
  private last = performance.now();
  private readonly timer: NodeJS.Timeout;
  /** When a stall ended last. */
  private recovered = -Infinity;

  /** @param limit milliseconds without a turn that count as a stall */
  constructor(private readonly limit = 2000) {
    this.timer = setInterval(() => this.beat(), beatEvery);
    this.timer.unref();
  }

  /** Whether it stood still within the last seconds: whoever asks is only heard once it turns again. */
  get stalled(): boolean {
    this.beat();
    return performance.now() - this.recovered < 3000;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    if (now - this.last > this.limit) this.recovered = now;
    this.last = now;
  }
}
