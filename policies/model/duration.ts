const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400, y: 365 * 86_400 };

/** Seconds of a duration of Prometheus in one unit, such as `90s`, `5m` or `35d`; NaN for any other. */
export function seconds(duration: unknown): number {
  const [, count, unit] = /^(\d+)([smhdwy])$/.exec(String(duration)) ?? [];
  return Number(count) * units[unit as keyof typeof units];
}

/** Seconds as a table shows them: `30 min`, `4 h`, `7 days`. */
export function inWords(count: number): string {
  if (!Number.isFinite(count)) return "not known";
  for (const [size, unit] of [
    [86_400, "days"],
    [3600, "h"],
    [60, "min"],
  ] as const)
    // One day reads better in hours.
    if (count % size === 0 && count > (unit === "days" ? size : 0))
      return `${count / size} ${unit}`;
  return `${count} s`;
}
