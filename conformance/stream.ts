import { setTimeout as wait } from "node:timers/promises";
import type { Clause } from "./clause";
import type { Context } from "./context";
import { expect } from "./verdict";

const path = "/api/incidents/stream";
/** How long a stream may be silent, s: well below the load balancer's 60. */
const silence = 30;

interface Stream {
  status: number;
  type: string;
  text: string;
  /** The incident that was raised while it was open. */
  incident: string;
}

/** The stream of incidents, as Server-Sent Events. */
export const stream: Clause[] = [
  {
    id: "stream.type",
    title: `GET ${path} answers 200 with text/event-stream`,
    async check(context) {
      const { status, type } = await seenStream(context);
      expect(
        status === 200 && type.startsWith("text/event-stream"),
        "200, text/event-stream",
        `${status}, ${type}`,
        "answer with Server-Sent Events",
      );
    },
  },
  {
    id: "stream.incident",
    title: "An incident that is raised arrives as an event named incident",
    async check(context) {
      const { text, incident } = await seenStream(context);
      const events = text.split(/\r?\n\r?\n/).filter((part) => /^event: ?incident$/m.test(part));
      expect(
        events.some((part) => part.includes(incident)),
        `an event "incident" with ${incident}`,
        events.length > 0 ? `${events.length} others` : text.slice(0, 160) || "nothing",
        "send every incident of the organization as it is raised",
      );
    },
  },
  {
    id: "stream.heartbeat",
    title: `A silent stream sends a comment at least every ${silence} s`,
    async check(context) {
      const { text } = await seenStream(context);
      expect(
        /^:/m.test(text),
        `a line that starts with ":" within ${silence} s`,
        text.slice(0, 160) || "nothing",
        "send a comment while there is nothing to send, below the load balancer's idle time",
      );
    },
  },
  {
    id: "stream.unauthorised",
    title: "The stream without a known API key is answered 401",
    async check({ target }) {
      const response = await target.open(path, { apiKey: null }, AbortSignal.timeout(15_000));
      await response.body?.cancel();
      const remedy = "authenticate X-API-Key before anything else";
      expect(response.status === 401, `401 to GET ${path}`, `${response.status}`, remedy);
    },
  },
];

/** Opens the stream, raises an incident, and reads until that and a heartbeat are there. */
export function seenStream(context: Context): Promise<Stream> {
  return context.once("the stream", async () => {
    const { apiKey, target } = context;
    const closing = new AbortController();
    const response = await target.open(path, { apiKey }, closing.signal);
    const seen: Stream = {
      status: response.status,
      type: response.headers.get("content-type") ?? "no content type",
      text: "",
      incident: "",
    };
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const bytes of response.body ?? []) {
        seen.text += decoder.decode(bytes as Uint8Array, { stream: true });
        if (seen.incident && seen.text.includes(seen.incident) && /^:/m.test(seen.text)) return;
      }
    })().catch(() => {}); // cut by the time that it had
    try {
      seen.incident = await context.incident();
      await Promise.race([reading, wait(silence * 1000, undefined, { signal: closing.signal })]);
      return seen;
    } finally {
      closing.abort();
      await reading;
    }
  });
}
