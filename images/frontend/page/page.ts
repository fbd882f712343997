import { Age } from "./age";
import { Api, Refused } from "./api";
import { Detail } from "./detail";
import { announce, byId, setText } from "./dom";
import { inWords, type Incident } from "./incident";
import { Incidents } from "./incidents";
import { List } from "./list";
import { Service } from "./service";
import { session, SignIn } from "./session";
import { follow } from "./stream";

/** Between two questions while the answers are old ones, ms. */
const whileStale = 10_000;

const incidents = new Incidents();
const service = new Service(() => void refresh());
const listAge = new Age(byId("list-age"), "This list");
const signIn = new SignIn(start);
let api = new Api("");
let next: string | null = null;
let asked = 0;
let later: ReturnType<typeof setTimeout> | undefined;
let signedIn = new AbortController();
let shownId: string | undefined;

const list = new List(incidents, {
  open: (id) => go(id),
  filter(filter) {
    incidents.filter = filter;
    void tried(load());
  },
  older: () => void older(),
});
const detail = new Detail({
  api: () => api,
  mode: () => service.ask(),
  changed(incident) {
    incidents.tell(incident);
    list.draw();
  },
  rejected,
});

byId("sign-out").addEventListener("click", () => end(""));
byId("close").addEventListener("click", () => go(undefined));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && openId() && !byId("detail").hidden) go(undefined);
});
addEventListener("popstate", () => void showOpen());

/** Tries a key, and starts the page with it. Returns what is wrong, in words. */
async function start(key: string): Promise<string | undefined> {
  api = new Api(key);
  try {
    await load();
  } catch (error) {
    if (error instanceof Refused)
      return error.status === 401
        ? "This API key is not accepted."
        : `The service refused: ${error.message}`;
    return "The service cannot be reached, so the key could not be checked. Try again in a moment.";
  }
  session.key = key;
  show(true);
  byId("heading").focus();
  begin();
  return undefined;
}

/** Follows the stream, and opens what the address names. */
function begin(): void {
  signedIn = new AbortController();
  void follow(
    api,
    {
      connected() {
        lamp("live", "live");
        void refresh();
      },
      incident: told,
      waiting(ms) {
        lamp("waiting", `paused, trying again in ${Math.ceil(ms / 1000)} s`);
        void service.ask();
      },
      rejected,
    },
    signedIn.signal,
  );
  void showOpen();
}

/** Ends the session; nothing of it stays on the page. */
function end(problem: string): void {
  signedIn.abort();
  clearTimeout(later);
  asked += 1;
  session.key = undefined;
  api = new Api("");
  detail.forget();
  shownId = undefined;
  byId("desk").removeAttribute("data-open");
  incidents.asking();
  incidents.replace([]);
  list.clear();
  listAge.show(undefined);
  history.replaceState(null, "", "/");
  show(false);
  signIn.show(problem);
}

function rejected(): void {
  if (session.key !== undefined) end("Your API key is not accepted any more. Sign in again.");
}

function show(isSignedIn: boolean): void {
  byId("desk").hidden = !isSignedIn;
  byId("stream").hidden = !isSignedIn;
  byId("sign-out").hidden = !isSignedIn;
  if (isSignedIn) signIn.hide();
}

function lamp(mode: string, text: string): void {
  byId("stream").dataset.mode = mode;
  setText(byId("stream").querySelector("b")!, text);
}

/** What the stream tells. */
function told(incident: Incident): void {
  const isNew = incidents.tell(incident);
  const { id, severity, title } = incident;
  if (isNew) announce(`New incident, ${inWords(severity).toLowerCase()}: ${title}.`);
  list.draw(isNew ? id : undefined);
  if (id === openId()) void detail.refresh(incident.version);
}

/** Asks for the list's first page; further ones may stay. @throws Refused, Unreachable */
async function load(keepOlder = false): Promise<void> {
  const mine = ++asked;
  clearTimeout(later);
  incidents.asking();
  const answer = await api.incidents(incidents.filter);
  if (mine !== asked) return;
  const { incidents: answered, next: cursor } = answer.value;
  // Without a further page all there is has been answered.
  if (!incidents.replace(answered, keepOlder && cursor !== null)) setNext(cursor);
  listAge.show(answer.staleFor);
  byId("list-problem").textContent = "";
  list.draw();
  if (answer.staleFor !== undefined) later = setTimeout(() => void refresh(), whileStale);
}

/** Asks for everything on the screen again; what cannot be had leaves it as it is. */
async function refresh(): Promise<void> {
  if (session.key === undefined) return;
  await Promise.all([tried(load(true)), detail.refresh()]);
}

async function older(): Promise<void> {
  const mine = ++asked;
  await tried(
    api.incidents(incidents.filter, next ?? undefined).then(({ value }) => {
      if (mine !== asked) return;
      incidents.append(value.incidents);
      setNext(value.next);
      announce(`${value.incidents.length} older incidents are in the list.`);
      list.draw();
    }),
  );
}

function setNext(cursor: string | null): void {
  next = cursor;
  byId("older").hidden = cursor === null;
}

async function tried(work: Promise<void>): Promise<void> {
  const key = session.key;
  try {
    await work;
  } catch (error) {
    if (session.key !== key) return;
    if (error instanceof Refused && error.status === 401) return rejected();
    byId("list-problem").textContent =
      "The list could not be brought up to date. The page tries again.";
    later = setTimeout(() => void refresh(), whileStale);
  }
}

function openId(): string | undefined {
  return new URLSearchParams(location.search).get("incident") ?? undefined;
}

/** Opens an incident, or closes the open one. */
function go(id: string | undefined): void {
  if (id !== openId())
    history.pushState(null, "", id ? `/?incident=${encodeURIComponent(id)}` : "/");
  void showOpen();
}

async function showOpen(): Promise<void> {
  if (session.key === undefined) return;
  const id = openId();
  const before = shownId;
  shownId = id;
  byId("desk").toggleAttribute("data-open", id !== undefined);
  list.mark(id);
  if (id) return detail.open(id, incidents.shown().find((one) => one.id === id)?.title);
  detail.close();
  if (before) list.focus(before);
}

void service.ask();
const { key } = session;
if (key === undefined) signIn.show();
else {
  api = new Api(key);
  show(true);
  void tried(load());
  begin();
}
