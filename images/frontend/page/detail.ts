import { Age } from "./age";
import { Refused, type Answer, type Api, type Change } from "./api";
import { byId, fillChoice, setSeverity, setStatus, setText, setTime } from "./dom";
import { conflict, isEmpty, refusal } from "./outcome";
import { inWords, statuses, type Incident, type Status } from "./incident";
import type { Mode } from "./service";

const fieldNames = ["status", "assignee", "note"] as const;

/** What the form's fields hold. */
type Draft = Record<(typeof fieldNames)[number], string>;

/** What the detail needs of the page around it. */
export interface Surroundings {
  api(): Api;
  /** Asks for the service's state now. */
  mode(): Promise<Mode>;
  /** A newer incident than the list may have. */
  changed(incident: Incident): void;
  /** The key is not accepted any more. */
  rejected(): void;
}

/** An answer may come from a cache that is some seconds behind: so often it is asked for again. */
const tries = 4;
const between = 1_000;

/** One incident: its facts, and a form that changes it. What was typed is never lost to an answer. */
export class Detail {
  private readonly form = byId<HTMLFormElement>("change");
  private readonly fields = {
    status: this.form.querySelector("select")!,
    assignee: this.form.querySelector("input")!,
    note: this.form.querySelector("textarea")!,
  };
  private readonly age = new Age(byId("detail-age"), "This incident");
  /** The fields that a person has changed and not saved, by incident; all others follow answers. */
  private readonly drafts = new Map<string, Partial<Draft>>();
  private id: string | undefined;
  /** The incident that the screen shows, with its entity tag. */
  private base: { incident: Incident; etag: string } | undefined;
  private saving = false;

  constructor(private readonly around: Surroundings) {
    fillChoice(this.fields.status, statuses);
    this.form.addEventListener("input", () => this.keep());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
    // Its times are told as distances.
    setInterval(() => this.base && this.show(this.base.incident), 30_000);
  }

  /** Opens an incident and puts the focus on it; its title may be known already. */
  async open(id: string, title = "Incident"): Promise<void> {
    this.close();
    this.id = id;
    byId("detail").hidden = false;
    setText(byId("detail-heading"), title);
    byId("detail-heading").focus();
    await this.load();
  }

  close(): void {
    this.id = undefined;
    this.base = undefined;
    this.age.show(undefined);
    this.tell("", "");
    byId("detail-problem").textContent = "";
    byId("detail-body").hidden = true;
    byId("detail").hidden = true;
  }

  /** Forgets all that was typed too: the next key may be another person's. */
  forget(): void {
    this.close();
    this.drafts.clear();
  }

  /** Asks again, for this version at least: someone has changed it, or the service is back. */
  async refresh(version = 0): Promise<void> {
    if (!this.id || this.saving) return;
    if (version > 0 && this.base && this.base.incident.version >= version) return;
    await this.load(version);
  }

  private async load(version = 0): Promise<void> {
    const id = this.id!;
    const problem = byId("detail-problem");
    try {
      let answer = await this.around.api().incident(id);
      for (let n = 1; n < tries && answer.value.version < version; n += 1) {
        await new Promise((resolve) => setTimeout(resolve, between));
        if (this.id === id) answer = await this.around.api().incident(id);
      }
      if (this.id !== id) return;
      problem.textContent = "";
      this.take(answer);
    } catch (error) {
      if (this.id !== id) return;
      if (error instanceof Refused && error.status === 401) return this.around.rejected();
      problem.textContent =
        error instanceof Refused && (error.status === 404 || error.status === 400)
          ? "There is no such incident."
          : "This incident cannot be read just now. The page tries again when the service is back.";
    }
  }

  /** Shows an answer. A field that the person has not touched follows it. */
  private take({ value: incident, etag, staleFor }: Answer<Incident>): void {
    const before = this.base?.incident;
    // A cache that is behind must not take the screen back.
    if (before && before.version > incident.version) return;
    const now = draftOf(incident);
    const draft = this.drafts.get(incident.id);
    if (draft && !before) this.tell("", "Not saved yet: what you typed earlier.");
    if (draft && before && !this.saving) {
      const was = draftOf(before);
      if (fieldNames.some((name) => was[name] !== now[name]))
        this.tell("", "Changed by someone else just now. What you typed is kept.");
    }
    this.base = { incident, etag: etag ?? `"${incident.version}"` };
    this.age.show(staleFor);
    this.show(incident);
    for (const name of fieldNames) {
      const value = draft?.[name] ?? now[name];
      if (this.fields[name].value !== value) this.fields[name].value = value;
    }
    byId("detail-body").hidden = false;
    this.around.changed(incident);
  }

  private show(incident: Incident): void {
    setText(byId("detail-heading"), incident.title);
    setSeverity(byId("detail-severity"), incident.severity);
    setStatus(byId("detail-status"), incident.status);
    setText(byId("detail-assignee"), incident.assignee || "Nobody");
    setText(byId("detail-entity"), incident.entity);
    setText(byId("detail-rule"), inWords(incident.rule));
    setText(byId("detail-events"), String(incident.events));
    setText(byId("detail-id"), incident.id);
    setTime(byId<HTMLTimeElement>("detail-seen"), incident.lastSeen);
    setTime(byId<HTMLTimeElement>("detail-changed"), incident.updatedAt);
  }

  private keep(): void {
    if (!this.base) return;
    const { incident } = this.base;
    const [now, typed] = [draftOf(incident), this.typed()];
    const touched = fieldNames.filter((name) => typed[name] !== now[name]);
    if (touched.length === 0) this.drafts.delete(incident.id);
    else
      this.drafts.set(incident.id, Object.fromEntries(touched.map((name) => [name, typed[name]])));
  }

  private typed(): Draft {
    const { status, assignee, note } = this.fields;
    return { status: status.value, assignee: assignee.value, note: note.value };
  }

  private async save(): Promise<void> {
    const { base } = this;
    if (!base || this.saving) return;
    const change = changeOf(base.incident, this.typed());
    if (isEmpty(change)) return this.tell("", "There is nothing to save.");
    const { id } = base.incident;
    this.saving = true;
    this.tell("", "Saving…");
    try {
      const answer = await this.around.api().change(id, base.etag, change);
      this.saved(id, answer);
    } catch (error) {
      if (this.id === id) await this.refused(error, base.incident, change);
    } finally {
      this.saving = false;
    }
  }

  private saved(id: string, answer: Answer<Incident>): void {
    this.drafts.delete(id);
    if (this.id !== id) return this.around.changed(answer.value);
    this.take(answer);
    this.tell("", "Saved.");
  }

  private async refused(error: unknown, before: Incident, change: Change): Promise<void> {
    if (!(error instanceof Refused && error.status === 412)) {
      if (error instanceof Refused && error.status === 401) return this.around.rejected();
      return this.tell(refusal(error, await this.around.mode()), "");
    }
    this.tell("Changed by someone else. Nothing was saved.", "");
    await this.load(before.version + 1);
    const now = this.base?.incident;
    if (!now || now.id !== before.id) return;
    // An earlier try whose answer was lost has done it.
    if (Object.entries(change).every(([name, value]) => now[name as keyof Change] === value)) {
      this.drafts.delete(now.id);
      return this.tell("", "Saved.");
    }
    this.tell(conflict(before, now), "");
  }

  /** Says how a save ended: aloud when it failed, politely when it did not. */
  private tell(alert: string, status: string): void {
    const element = byId("outcome-alert");
    setText(element, alert);
    if (alert) element.scrollIntoView({ block: "nearest" });
    setText(byId("outcome-status"), status);
  }
}

function draftOf({ status, assignee, note }: Incident): Draft {
  return { status, assignee: assignee ?? "", note: note ?? "" };
}

/** What differs from the incident. */
function changeOf(incident: Incident, draft: Draft): Change {
  const [assignee, note] = [draft.assignee.trim() || null, draft.note.trim() || null];
  return {
    ...(draft.status !== incident.status && { status: draft.status as Status }),
    ...(assignee !== (incident.assignee || null) && { assignee }),
    ...(note !== (incident.note?.trim() || null) && { note }),
  };
}
