/** Milliseconds since the epoch, to the microsecond and never backwards; the same in every process. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
