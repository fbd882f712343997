import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits until the application answers at its address, from outside. Nobody tells us when that
 * happens, so it is asked again.
 */
export async function answers(
  url: string,
  patienceSeconds: number,
  everySeconds = 5,
): Promise<void> {
  const address = new URL("/health/ready", url);
  const until = Date.now() + patienceSeconds * 1000;
  let last = "";
  while (Date.now() < until) {
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000) }).catch(
      (error: Error) => error,
    );
    if (!(response instanceof Error) && response.ok) return;
    const now = response instanceof Error ? response.message : `HTTP ${response.status}`;
    if (now !== last) console.log(`      ${address.href}: ${now}`);
    last = now;
    await delay(everySeconds * 1000);
  }
  throw new Error(`${address.href} did not answer within ${patienceSeconds} s (${last})`);
}
