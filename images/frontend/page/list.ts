import { byId, fillChoice, setSeverity, setStatus, setText, setTime } from "./dom";
import { inWords, severities, statuses, type Incident } from "./incident";
import type { Filter, Incidents } from "./incidents";

/** The list of incidents on the screen. Rows are kept, so that focus and reading place are. */
export class List {
  private readonly rows = new Map<string, HTMLTableRowElement>();
  private readonly body = byId<HTMLTableSectionElement>("rows");
  private drawing: ReturnType<typeof setTimeout> | undefined;
  private readonly fresh = new Set<string>();
  private openId: string | undefined;

  constructor(
    private readonly incidents: Incidents,
    on: { open(id: string): void; filter(filter: Filter): void; older(): void },
  ) {
    const form = byId<HTMLFormElement>("filter");
    const [status, severity] = [...form.querySelectorAll("select")] as [
      HTMLSelectElement,
      HTMLSelectElement,
    ];
    fillChoice(status, statuses, "All");
    fillChoice(severity, severities, "All");
    form.addEventListener("change", () =>
      on.filter({ status: status.value, severity: severity.value }),
    );
    form.addEventListener("submit", (event) => event.preventDefault());
    byId("older").addEventListener("click", () => on.older());
    this.body.addEventListener("click", (event) => {
      const link = (event.target as Element).closest("a");
      // A new tab is the browser's.
      if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      on.open(link.closest("tr")!.dataset.id!);
    });
    this.body.addEventListener("keydown", (event) => this.move(event));
    setInterval(() => this.draw(), 30_000);
  }

  /** Draws soon; many changes are drawn as one. A fresh incident's row lights up for a moment. */
  draw(freshId?: string): void {
    if (freshId) this.fresh.add(freshId);
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      this.drawNow();
    }, 50);
  }

  /** Marks the open incident's row. */
  mark(id: string | undefined): void {
    this.openId = id;
    this.draw();
  }

  /** Puts the focus on an incident, or on the heading when it is not in the list. */
  focus(id: string | undefined): void {
    const link = id && this.rows.get(id)?.querySelector("a");
    (link || byId("heading")).focus();
  }

  /** Empties the list at once: what one key may see is not another's. */
  clear(): void {
    clearTimeout(this.drawing);
    this.drawing = undefined;
    this.rows.clear();
    this.body.replaceChildren();
  }

  private drawNow(): void {
    const shown = this.incidents.shown();
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue;
      const hadFocus = row.contains(document.activeElement);
      const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("a");
      row.remove();
      this.rows.delete(id);
      if (hadFocus) (next ?? byId("heading")).focus();
    }
    let place = this.body.firstElementChild;
    for (const incident of shown) {
      const row = this.rows.get(incident.id) ?? this.newRow(incident.id);
      this.fill(row, incident);
      // Only new rows are put in: one that moves would lose the focus.
      if (row === place) place = place.nextElementSibling;
      else this.body.insertBefore(row, place);
    }
    this.fresh.clear();
    this.drawCounts();
    const { status, severity } = this.incidents.filter;
    const empty = byId("empty");
    empty.hidden = shown.length > 0;
    setText(
      empty,
      status || severity
        ? "No incident matches this filter."
        : "No incidents. New ones appear here by themselves.",
    );
  }

  private newRow(id: string): HTMLTableRowElement {
    const template = byId<HTMLTemplateElement>("row");
    const row = (template.content.cloneNode(true) as DocumentFragment).querySelector("tr")!;
    row.dataset.id = id;
    row.classList.toggle("fresh", this.fresh.has(id));
    const link = row.querySelector("a")!;
    link.href = `/?incident=${encodeURIComponent(id)}`;
    // Many incidents have the same title.
    const about = row.querySelector(".about")!;
    about.id = `about-${id}`;
    link.setAttribute("aria-describedby", about.id);
    this.rows.set(id, row);
    return row;
  }

  private fill(row: HTMLTableRowElement, incident: Incident): void {
    row.dataset.status = incident.status;
    const link = row.querySelector("a")!;
    setText(link, incident.title);
    link.ariaCurrent = incident.id === this.openId ? "true" : null;
    setSeverity(row.querySelector(".severity")!, incident.severity);
    row
      .querySelectorAll<HTMLElement>(".status")
      .forEach((status) => setStatus(status, incident.status));
    const { entity, events } = incident;
    setText(row.querySelector(".about")!, `${entity} · ${events} event${events === 1 ? "" : "s"}`);
    setText(row.querySelector(".assignee")!, incident.assignee || "–");
    row.querySelectorAll("time").forEach((time) => setTime(time, incident.createdAt));
  }

  private drawCounts(): void {
    const parts = this.incidents.counts().map(({ severity, count }) => {
      const part = document.createElement("span");
      setSeverity(part, severity);
      part.className = "count";
      part.textContent = `${count} ${inWords(severity).toLowerCase()}`;
      return part;
    });
    const counts = byId("counts");
    const text = parts.map(({ textContent }) => textContent).join("");
    if (counts.textContent !== text) counts.replaceChildren(...parts);
  }

  private move(event: KeyboardEvent): void {
    const rows = [...this.body.rows];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    rows[to]?.querySelector("a")!.focus();
  }
}
