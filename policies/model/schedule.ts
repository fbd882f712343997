const day = 86_400;

/**
 * Longest time between two runs of a CronJob's schedule, seconds, in one of the few forms that need
 * no calendar; Infinity for any other.
 */
export function interval(schedule: string): number {
  const [minutes = "", hour = "", date = "", month = "", weekday = ""] = schedule.split(" ");
  const fixed = /^\d+$/;
  if (!/^\d+(,\d+)*$/.test(minutes) || month !== "*") return Infinity;
  if (hour === "*" && date === "*" && weekday === "*")
    return hourly(minutes.split(",").map(Number));
  if (!fixed.test(hour)) return Infinity;
  if (date === "*" && weekday === "*") return day;
  if (date === "*" && fixed.test(weekday)) return 7 * day;
  // Every month has its 28th.
  return fixed.test(date) && Number(date) <= 28 && weekday === "*" ? 31 * day : Infinity;
}

function hourly(minutes: number[]): number {
  const sorted = [...new Set(minutes)].filter((minute) => minute < 60).sort((a, b) => a - b);
  const gaps = sorted.map(
    (minute, index) => ((sorted[index + 1] ?? sorted[0]! + 60) - minute) * 60,
  );
  return gaps.length === 0 ? Infinity : Math.max(...gaps);
}
