import pWaitFor from "p-wait-for";
import { Failure } from "../lib/ends";

/**
 * Waits until the application answers at its address, from outside. Nobody tells us when that
 * happens, so it is asked again.
 *
 * @throws Failure when it does not within the time.
 */
export async function answers(
  url: string,
  patienceSeconds: number,
  everySeconds = 5,
): Promise<void> {
  const address = new URL("/health/ready", url);
  let last = "";
  const ready = async () => {
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000) }).catch(
      (error: Error) => error,
    );
    if (!(response instanceof Error) && response.ok) return true;
    const now = response instanceof Error ? response.message : `HTTP ${response.status}`;
    if (now !== last) console.log(`      ${address.href}: ${now}`);
    last = now;
    return false;
  };
  const fallback = () => {
    throw new Failure(`${address.href} did not answer within ${patienceSeconds} s (${last})`);
  };
  const timeout = { milliseconds: patienceSeconds * 1000, fallback };
  await pWaitFor(ready, { interval: everySeconds * 1000, timeout });
}
