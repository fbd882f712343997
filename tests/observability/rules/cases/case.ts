/** Between two samples of a case, and between two evaluations. */
export const step = "30s";

/** What happens to an alert's series, and when it must and must not fire. */
export interface Case {
  title: string;
  /** Values of each series in promtool's notation, one each {@link step}; see `hold` and `climb`. */
  series: Record<string, string>;
  /** Another time between two samples. */
  every?: string;
  /** Times at which it fires, such as `12m30s`. */
  fires?: string[];
  /** Labels of each alert that fires then, beside its table's; default one alert without more. */
  with?: Record<string, string>[];
  /** Its value while it fires, where the table is `valued`. */
  value?: string;
  /** Times at which it does not. */
  quiet?: string[];
}

/** What every alert is asked, whatever it watches. */
export interface Kinds {
  /** It fires after its time, and not before. */
  fires: Omit<Case, "title">;
  /** It is silent just below its limit. */
  below: Omit<Case, "title">;
  /** It ends when the fault has ended. */
  resolves: Omit<Case, "title">;
  /** What it does with NaN, such as 0/0. */
  nan: Omit<Case, "title">;
  /** What it does where nobody reports. */
  absent: Omit<Case, "title">;
  /** Pods, and their series, come and go. */
  churn: Omit<Case, "title">;
  /** A series is first seen above zero, or above the limit. */
  born: Omit<Case, "title">;
}

/** All that is known of one alert. */
export interface Table {
  alert: string;
  /** Labels of what fires, beside the rule's own. */
  labels?: Record<string, string>;
  /** Its description in the first moment of the case `fires`. */
  says: string;
  /** Whether cases state its value: where a mistake would change nothing else. */
  valued?: boolean;
  kinds: Kinds;
  more?: Case[];
  /** Mutants that behave as the rule does, whatever happens, each with the reason. */
  equivalent?: Record<string, string>;
}

/** A gauge's value, or none; `gone` is none too, with Prometheus' mark that its target went. */
type Value = number | "NaN" | "+Inf" | "_" | "gone";

/** Values that each hold for some minutes. */
export function hold(...spans: [minutes: number, value: Value][]): string {
  return spans.flatMap(([minutes, value]) => samples(minutes, value)).join(" ");
}

/** A counter: how much it rises a minute, for some minutes each; it starts at `from`. */
export function climb(from: number, ...spans: [minutes: number, rise: Value][]): string {
  let value = from;
  return spans
    .flatMap(([minutes, rise]) =>
      typeof rise === "number"
        ? samples(minutes, 0).map(() => String((value += rise / 2)))
        : samples(minutes, rise),
    )
    .join(" ");
}

function samples(minutes: number, value: Value): string[] {
  const all = Array.from({ length: minutes * 2 }, () => (value === "gone" ? "_" : String(value)));
  return value === "gone" ? ["stale", ...all.slice(1)] : all;
}

/** A series: a metric and its labels. */
export function series(metric: string, labels: Record<string, string>): string {
  const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${metric}{${text.join(",")}}`;
}

/** The cases of a table, each with a title. */
export function casesOf({ kinds, more = [] }: Table): Case[] {
  return [...Object.entries(kinds).map(([title, each]) => ({ title, ...each })), ...more];
}
