/** Seconds of a duration in one unit, as rules and routes have them. */
export function inSeconds(duration: string): number {
  const [, number, unit] = /^(\d+)([smh])$/.exec(duration)!;
  return Number(number) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"];
}
