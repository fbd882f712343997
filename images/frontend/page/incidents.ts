import { severities, type Incident } from "./incident";

/** What the list shows; empty: everything. */
export interface Filter {
  status: string;
  severity: string;
}

/** More rows than this slow a browser down and help nobody. */
const most = 500;

/** The incidents of the list: what was asked for, and what the stream has told since. */
export class Incidents {
  private readonly known = new Map<string, Incident>();
  private told = new Set<string>();
  filter: Filter = { status: "", severity: "" };

  /** Call it before asking: what the stream tells from here on outlives the answer. */
  asking(): void {
    this.told = new Set();
  }

  /**
   * Takes the first page's answer in place of what is known; `keepOlder` keeps the further pages.
   * Returns whether it has kept any.
   */
  replace(answered: readonly Incident[], keepOlder = false): boolean {
    const last = answered.at(-1);
    const isOlder = (one: Incident) => keepOlder && !!last && newestFirst(last, one) < 0;
    const older = [...this.known.values()].filter(isOlder);
    const told = [...this.known.values()].filter(({ id }) => this.told.has(id));
    const before = new Map(this.known);
    this.known.clear();
    for (const incident of answered) this.take(newer(before.get(incident.id), incident));
    for (const incident of [...older, ...told]) this.take(incident);
    return older.length > 0;
  }

  /** Takes a further page's answer. */
  append(answered: readonly Incident[]): void {
    for (const incident of answered) this.take(incident);
  }

  /** Takes what the stream tells. Returns whether the list has it for the first time. */
  tell(incident: Incident): boolean {
    this.told.add(incident.id);
    const isNew = !this.known.has(incident.id);
    this.take(incident);
    if (this.known.size > most) this.known.delete(this.shown().at(-1)!.id);
    return isNew && this.known.has(incident.id);
  }

  /** Newest first; an incident keeps its place when it changes. */
  shown(): Incident[] {
    return [...this.known.values()].sort(newestFirst);
  }

  /** How many there are of each severity, worst first, without those that have none. */
  counts(): { severity: string; count: number }[] {
    const shown = [...this.known.values()];
    return severities
      .map((severity) => ({
        severity,
        count: shown.filter((incident) => incident.severity === severity).length,
      }))
      .filter(({ count }) => count > 0);
  }

  private take(incident: Incident): void {
    const best = newer(this.known.get(incident.id), incident);
    if (this.passes(best)) this.known.set(best.id, best);
    else this.known.delete(best.id);
  }

  private passes({ status, severity }: Incident): boolean {
    const { filter } = this;
    return (
      (!filter.status || filter.status === status) &&
      (!filter.severity || filter.severity === severity)
    );
  }
}

function newer(known: Incident | undefined, incident: Incident): Incident {
  return known && known.version > incident.version ? known : incident;
}

function newestFirst(a: Incident, b: Incident): number {
  return b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id);
}
