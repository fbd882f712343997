import pWaitFor from "p-wait-for";
import { Failure } from "../lib/ends";

/**
 * Waits until the application answers at its address, from outside. No event
 * says when that happens, so it is polled.
 *
 * @throws Failure when it does not within the time.
 */
export async function answers(
  url: string,
  patienceSeconds: number,
  everySeconds = 5,
): Promise<void> {
  const address = new URL("/health/ready", url);
  // p-wait-for's own time limit leaks a listener with every poll.
  const end = Date.now() + patienceSeconds * 1000;
  let last = "";
  const ready = async () => {
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000) }).catch(
      (error: Error) => error,
    );
    if (!(response instanceof Error) && response.ok) return true;
    const now = response instanceof Error ? response.message : `HTTP ${response.status}`;
    if (now !== last) console.log(`      ${address.href}: ${now}`);
    last = now;
    if (Date.now() > end)
      throw new Failure(`${address.href} did not answer within ${patienceSeconds} s (${last})`);
    return false;
  };
  await pWaitFor(ready, { interval: everySeconds * 1000 });
}
