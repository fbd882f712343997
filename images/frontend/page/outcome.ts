import { Refused, type Change } from "./api";
import { inWords, type Incident } from "./incident";
import type { Mode } from "./service";

/** Whether a change changes nothing. */
export function isEmpty(change: Change): boolean {
  return Object.keys(change).length === 0;
}

/** What to say when a change was not taken; `mode` is what the service said right after. */
export function refusal(error: unknown, mode: Mode): string {
  const kept = "What you typed is kept here";
  if (!(error instanceof Refused) || error.isUnknown)
    return `There was no clear answer: this may be saved or not. ${kept}; saving again does no harm.`;
  if (error.status < 500 && error.status !== 429)
    return `Not saved, the service says: ${error.message}. ${kept}.`;
  if (mode === "read-only")
    return `Not saved: the service is read-only for now. ${kept}; save again when it is back.`;
  const wait = error.retryAfter ? `in ${error.retryAfter} s` : "in a moment";
  return `Not saved: the service is busy. ${kept}; save again ${wait}.`;
}

/** What to say when someone else was quicker: what is different now. */
export function conflict(before: Incident, now: Incident): string {
  const changes = [
    before.status !== now.status && `the status is now ${inWords(now.status).toLowerCase()}`,
    before.assignee !== now.assignee && `the assignee is now ${now.assignee || "nobody"}`,
    before.note !== now.note && "the note is another one",
    before.events !== now.events && `there are now ${now.events} events`,
  ].filter((change) => change !== false);
  const what = changes.length > 0 ? `: ${changes.join(", ")}` : "";
  return `Changed by someone else${what}. Nothing was saved; what you typed is kept. Save again to apply it.`;
}
