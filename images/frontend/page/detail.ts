import { Refused, type Answer, type Api, type Change } from "./api";
import { Age } from "./age";
import { byId, fillChoice, setSeverity, setStatus, setText, setTime } from "./dom";
import { inWords, statuses, type Incident, type Status } from "./incident";
import type { Mode } from "./service";

/** What a person has typed. */
interface Draft {
  status: string;
  assignee: string;
  note: string;
}

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

/** One incident: its facts, and a form that changes it. What was typed is never lost to an answer. */
export class Detail {
  private readonly form = byId<HTMLFormElement>("change");
  private readonly fields = {
    status: this.form.querySelector("select")!,
    assignee: this.form.querySelector("input")!,
    note: this.form.querySelector("textarea")!,
  };
  private readonly age = new Age(byId("detail-age"), "This answer");
  private readonly drafts = new Map<string, Draft>();
  private id: string | undefined;
  /** What the form's fields were filled from, with its entity tag. */
  private base: { incident: Incident; etag: string } | undefined;
  private saving = false;

  constructor(private readonly around: Surroundings) {
    fillChoice(this.fields.status, statuses);
    this.form.addEventListener("input", () => this.keep());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
    setInterval(() => this.base && this.show(this.base.incident), 30_000);
  }

  /** Opens an incident; with what is known of it, before it is asked for. */
  async open(id: string, known: Incident | undefined): Promise<void> {
    this.id = id;
    this.base = undefined;
    byId("detail").hidden = false;
    byId("detail-body").hidden = true;
    this.age.show(undefined);
    this.tell("", "");
    byId("detail-problem").textContent = "";
    setText(byId("detail-heading"), known?.title ?? "Incident");
    byId("detail-heading").focus();
    await this.load();
  }

  close(): void {
    this.id = undefined;
    this.base = undefined;
    this.age.show(undefined);
    byId("detail").hidden = true;
  }

  /** Forgets all that was typed too: the next key may be another person's. */
  forget(): void {
    this.close();
    this.drafts.clear();
  }

  /** The incident was changed somewhere, or the service is back. */
  async refresh(version = Number.POSITIVE_INFINITY): Promise<void> {
    if (!this.id || this.saving || (this.base && this.base.incident.version >= version)) return;
    await this.load();
  }

  private async load(): Promise<void> {
    const id = this.id!;
    const problem = byId("detail-problem");
    try {
      const answer = await this.around.api().incident(id);
      if (this.id !== id) return;
      problem.textContent = "";
      this.take(answer);
    } catch (error) {
      if (this.id !== id) return;
      if (error instanceof Refused && error.status === 401) return this.around.rejected();
      problem.textContent =
        error instanceof Refused && error.status === 404
          ? "There is no such incident."
          : "This incident cannot be read just now. The page tries again when the service is back.";
    }
  }

  /** Shows an answer; a field that the person has not touched follows it. */
  private take(answer: Answer<Incident>): void {
    const { value: incident, etag } = answer;
    const before = this.base?.incident;
    const typed = this.drafts.get(incident.id);
    const untouched = { ...draftOf(incident), note: "" };
    if (typed && before) {
      const was = draftOf(before);
      if (typed.status === was.status) typed.status = untouched.status;
      if (typed.assignee === was.assignee) typed.assignee = untouched.assignee;
      if (incident.version > before.version && !this.saving)
        this.tell("", "Someone else has changed this incident. What you typed is kept.");
    }
    this.base = { incident, etag: etag ?? `"${incident.version}"` };
    this.age.show(answer.staleFor);
    this.show(incident);
    const fill = typed ?? untouched;
    for (const name of ["status", "assignee", "note"] as const)
      if (this.fields[name].value !== fill[name]) this.fields[name].value = fill[name];
    byId("detail-body").hidden = false;
    this.around.changed(incident);
  }

  private show(incident: Incident): void {
    setText(byId("detail-heading"), incident.title);
    setSeverity(byId("detail-severity"), incident.severity);
    setStatus(byId("detail-status"), incident.status);
    setText(byId("detail-assignee"), incident.assignee || "Nobody");
    setText(byId("detail-events"), String(incident.events));
    setText(byId("detail-note"), incident.note || "None");
    setText(byId("detail-id"), incident.id);
    setTime(byId<HTMLTimeElement>("detail-opened"), incident.created_at);
    setTime(byId<HTMLTimeElement>("detail-changed"), incident.updated_at);
  }

  private keep(): void {
    const { status, assignee, note } = this.fields;
    if (this.id)
      this.drafts.set(this.id, {
        status: status.value,
        assignee: assignee.value,
        note: note.value,
      });
  }

  private async save(): Promise<void> {
    const { base } = this;
    if (!base || this.saving) return;
    const change = this.change(base.incident);
    if (Object.keys(change).length === 0) return this.tell("", "Nothing to save.");
    this.saving = true;
    this.tell("", "Saving…");
    try {
      const answer = await this.around.api().change(base.incident.id, base.etag, change);
      this.drafts.delete(base.incident.id);
      if (this.id !== base.incident.id) return this.around.changed(answer.value);
      this.take(answer);
      this.tell("", "Saved.");
    } catch (error) {
      if (this.id === base.incident.id) await this.refused(error, base.incident);
    } finally {
      this.saving = false;
    }
  }

  private async refused(error: unknown, before: Incident): Promise<void> {
    const status = error instanceof Refused ? error.status : undefined;
    if (status === 401) return this.around.rejected();
    if (status === 412) {
      this.tell("Changed by someone else; nothing was saved.", "");
      await this.load();
      return this.tell(conflict(before, this.base!.incident), "");
    }
    if (status !== undefined && status < 500 && status !== 429)
      return this.tell(`Not saved: ${error instanceof Error ? error.message : ""}`, "");
    const mode = await this.around.mode();
    if (mode === "read-only")
      return this.tell(
        "Not saved: the service is read-only for now. What you typed is kept here; save again when the banner is gone.",
        "",
      );
    const wait = error instanceof Refused ? error.retryAfter : undefined;
    this.tell(
      `Not saved: the service ${status === undefined ? "did not answer" : "is busy"}. What you typed is kept; save again ${wait ? `in ${wait} s` : "in a moment"}.`,
      "",
    );
  }

  /** What differs from the incident; a note is written when there is one. */
  private change(incident: Incident): Change {
    const { status, assignee, note } = this.fields;
    return {
      ...(status.value === incident.status ? {} : { status: status.value as Status }),
      ...(assignee.value.trim() === (incident.assignee ?? "")
        ? {}
        : { assignee: assignee.value.trim() }),
      ...(note.value.trim() ? { note: note.value.trim() } : {}),
    };
  }

  /** Says how a save ended: aloud when it failed, politely when it did not. */
  private tell(alert: string, status: string): void {
    setText(byId("outcome-alert"), alert);
    setText(byId("outcome-status"), status);
  }
}

function draftOf({ status, assignee }: Incident): Omit<Draft, "note"> {
  return { status, assignee: assignee ?? "" };
}

function conflict(before: Incident, now: Incident): string {
  const changes = [
    before.status !== now.status && `the status is now ${inWords(now.status).toLowerCase()}`,
    before.assignee !== now.assignee && `the assignee is now ${now.assignee || "nobody"}`,
    before.note !== now.note && "there is a new note",
  ].filter(Boolean);
  const what = changes.length > 0 ? `: ${changes.join(", ")}` : "";
  return `Changed by someone else${what}. Nothing was saved and what you typed is kept; look at it, and save again to apply it.`;
}
