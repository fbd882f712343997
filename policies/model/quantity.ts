const units: Record<string, number> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity as Kubernetes writes it: processors, bytes or a count; NaN when it cannot be read. */
export function amount(value: unknown): number {
  if (typeof value === "number") return value;
  const [, number, unit] =
    /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(typeof value === "string" ? value : "") ?? [];
  return Number(number ?? NaN) * (units[unit ?? ""] ?? NaN);
}

/** A number of pods, or a share of them in percent as `round` rounds it; NaN when it cannot be read. */
export function podCount(value: unknown, of: number, round: (share: number) => number): number {
  if (typeof value === "number") return value;
  const [, percent] = /^(\d+)%$/.exec(typeof value === "string" ? value : "") ?? [];
  return percent === undefined ? NaN : round((of * Number(percent)) / 100);
}
