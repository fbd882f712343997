import {
  circuitBreaker,
  CircuitState,
  CountBreaker,
  ExponentialBackoff,
  handleWhen,
  type CircuitBreakerPolicy,
} from "cockatiel";
import { log } from "./log";

/** Whether a dependency is asked at all: `open` is not, `trying` asks once. */
export type BreakerState = "closed" | "open" | "trying";

/**
 * Stops asking a dependency that fails, so that nobody waits for it and it can recover: opens when
 * half of the last 20 requests failed, from 5 on. After 0.5 s, later after up to 2 s, one request
 * tries again.
 */
export class Breaker {
  private readonly policy: CircuitBreakerPolicy;

  /** @param counts which errors are the dependency's own */
  constructor(
    readonly name: string,
    counts: (error: Error) => boolean,
  ) {
    this.policy = circuitBreaker(handleWhen(counts), {
      breaker: new CountBreaker({ threshold: 0.5, size: 20, minimumNumberOfCalls: 5 }),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: 500, maxDelay: 2000 }),
    });
    // Once: a trial that fails opens it again.
    let said = false;
    this.policy.onBreak(() => {
      if (!said) log.warn("breaker opened", { dependency: name });
      said = true;
    });
    this.policy.onReset(() => {
      if (said) log.info("breaker closed", { dependency: name });
      said = false;
    });
  }

  /** @throws BrokenCircuitError at once while it is open */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.policy.execute(work);
  }

  get state(): BreakerState {
    if (this.policy.state === CircuitState.Closed) return "closed";
    return this.policy.state === CircuitState.HalfOpen ? "trying" : "open";
  }
}
