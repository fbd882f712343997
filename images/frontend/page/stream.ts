import { Refused, type Api } from "./api";
import type { Incident } from "./incident";
import { EventParser } from "./sse";

/** Who follows the stream. */
export interface Follower {
  /** A connection stands; what happened before it has to be asked for. */
  connected(): void;
  incident(incident: Incident): void;
  /** There is none; the next try is in so many ms. */
  waiting(ms: number): void;
  /** The key is not accepted; there is no further try. */
  rejected(): void;
}

/** Silence after which a connection counts as dead, ms: heartbeats come more often. */
const silence = 45_000;
/** After so long a connection was a good one, ms: the next wait is the shortest again. */
const good = 10_000;
const shortest = 1_000;
const longest = 30_000;

/**
 * How long to wait before the nth try in a row, ms: doubling from 1 s to 30 s, and a random half
 * of it less, so that the pages that one fault cut off do not all come back at once.
 */
export function backoff(tries: number, random = Math.random()): number {
  const full = Math.min(longest, shortest * 2 ** Math.min(tries, 10));
  return Math.round(full * (0.5 + random / 2));
}

/** Follows the stream of incidents until `signal` ends it; comes back after every break. */
export async function follow(api: Api, follower: Follower, signal: AbortSignal): Promise<void> {
  let tries = 0;
  while (!signal.aborted) {
    let asked = 0;
    const began = Date.now();
    try {
      await read(api, signal, follower);
    } catch (error) {
      if (error instanceof Refused) {
        if (error.status === 401) return signal.aborted ? undefined : follower.rejected();
        asked = (error.retryAfter ?? 0) * 1000;
      }
    }
    if (signal.aborted) return;
    // One that is cut again and again soon after it stood is no good one.
    if (Date.now() - began > good) tries = 0;
    const wait = Math.max(backoff(tries), asked);
    tries += 1;
    follower.waiting(wait);
    await pause(wait, signal);
  }
}

/** Reads one connection to its end. */
async function read(api: Api, signal: AbortSignal, follower: Follower): Promise<void> {
  const dead = new AbortController();
  let timer = setTimeout(() => dead.abort(), silence);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dead.abort(), silence);
  };
  try {
    const body = await api.stream(AbortSignal.any([signal, dead.signal]));
    follower.connected();
    const parser = new EventParser();
    const reader = body.pipeThrough(new TextDecoderStream() as TextDecoding).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      for (const { type, data } of parser.push(value))
        if (type === "incident") follower.incident(JSON.parse(data) as Incident);
    }
  } finally {
    clearTimeout(timer);
  }
}

// The browser's type is wider in what it takes, and TypeScript 6 does not see that it fits.
type TextDecoding = ReadableWritablePair<string, Uint8Array>;

/** Waits, and no longer once the browser is on a network again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
