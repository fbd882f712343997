/** Scales of a unit: from which value on, divided by what, with which name behind it. */
type Scale = [from: number, divisor: number, name: string];

const plain: Scale[] = [
  [1e9, 1e9, " B"],
  [1e6, 1e6, " M"],
  [1e3, 1e3, " K"],
];

/** Grafana's units that our dashboards use, each with its scales, largest first. */
const units: Record<string, Scale[]> = {
  short: [...plain, [0, 1, ""]],
  reqps: [...plain.map(([from, by, name]): Scale => [from, by, `${name} req/s`]), [0, 1, " req/s"]],
  percentunit: [[0, 0.01, " %"]],
  s: [
    [172_800, 86_400, " days"],
    [7200, 3600, " h"],
    [120, 60, " min"],
    [1, 1, " s"],
    [1e-3, 1e-3, " ms"],
    [1e-6, 1e-6, " µs"],
    [0, 1, " s"],
  ],
  bytes: [
    [2 ** 30, 2 ** 30, " GiB"],
    [2 ** 20, 2 ** 20, " MiB"],
    [2 ** 10, 2 ** 10, " KiB"],
    [0, 1, " B"],
  ],
};

/** Whether figures of a unit can be written. */
export function isKnownUnit(unit: string): boolean {
  return unit in units;
}

/** A figure in its unit, with three digits that mean something. */
export function written(value: number | null, unit: string): string {
  if (value === null) return "–";
  if (!Number.isFinite(value)) return value < 0 ? "-∞" : "∞";
  const [, divisor, name] = units[unit]!.find(([from]) => Math.abs(value) >= from)!;
  const scaled = value / divisor;
  // 99.95 % is not 100 %.
  const digits = unit === "percentunit" && scaled > 99 && scaled < 100 ? 5 : 3;
  return `${Number(Math.abs(scaled) < 1000 ? scaled.toPrecision(digits) : scaled.toFixed(0))}${name}`;
}
