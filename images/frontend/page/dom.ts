import { duration, inWords } from "./incident";

/** The element with this id, which the page has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Sets an element's text, and leaves it alone when it is that already: nothing is read again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Fills a choice with names in words; `any` is what no name stands for. */
export function fillChoice(
  select: HTMLSelectElement,
  names: readonly string[],
  any?: string,
): void {
  const options = names.map((name) => new Option(inWords(name), name));
  select.replaceChildren(...(any === undefined ? [] : [new Option(any, "")]), ...options);
}

/** Shows a time as its distance from now, with the exact time behind it. */
export function setTime(element: HTMLTimeElement, iso: string): void {
  element.dateTime = iso;
  element.title = new Date(iso).toLocaleString();
  setText(element, `${duration((Date.now() - Date.parse(iso)) / 1000)} ago`);
}

/** Shows a severity as text, colour and the length of a bar. */
export function setSeverity(element: HTMLElement, severity: string): void {
  element.dataset.severity = severity;
  setText(element, inWords(severity));
}

/** Shows a status as text with a mark. */
export function setStatus(element: HTMLElement, status: string): void {
  element.dataset.status = status;
  setText(element, inWords(status));
}

let pending: string[] = [];
let forget: ReturnType<typeof setTimeout> | undefined;

/** Says something to a screen reader, politely; what comes within a second is said as one. */
export function announce(text: string): void {
  pending.push(text);
  if (pending.length > 1) return;
  setTimeout(() => {
    const more = pending.length - 1;
    byId("announcer").textContent = more ? `${pending[0]!} And ${more} more.` : pending[0]!;
    pending = [];
    clearTimeout(forget);
    // Who reads the page later shall not come upon old news.
    forget = setTimeout(() => (byId("announcer").textContent = ""), 10_000);
  }, 1_000);
}
