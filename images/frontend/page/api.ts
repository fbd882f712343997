import type { Incident, Status } from "./incident";

/** An answer and how fresh it is. */
export interface Answer<T> {
  value: T;
  /** Names the incident's version; goes back in `If-Match`. */
  etag: string | null;
  /** Seconds, when the answer is an old one because the database is not reached; else undefined. */
  staleFor: number | undefined;
}

/** What the service says of itself. */
export interface ServiceState {
  mode: "normal" | "degraded" | "read-only";
  reasons: string[];
  version: string;
}

/** What a person may change; absent: left as it is. */
export interface Change {
  status?: Status;
  /** Null: nobody, none. */
  assignee?: string | null;
  note?: string | null;
}

/** The API answered, and not with what was asked for. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    /** The problem document's own words, or the status. */
    message: string,
    /** Seconds to wait before the next try; undefined when the API does not say. */
    readonly retryAfter: number | undefined,
    /** A change may have been made all the same. */
    readonly isUnknown: boolean,
  ) {
    super(message);
  }
}

/** There was no answer, or none within the time-out. */
export class Unreachable extends Error {}

/** Longer than the API's own time-outs, ms. */
const timeout = 15_000;

/** The API, as the holder of one key sees it. @throws Refused, Unreachable */
export class Api {
  constructor(private readonly key: string) {}

  async incidents(
    filter: { status: string; severity: string },
    cursor?: string,
  ): Promise<Answer<{ incidents: Incident[]; next: string | null }>> {
    const query = new URLSearchParams({ limit: "50" });
    if (filter.status) query.set("status", filter.status);
    if (filter.severity) query.set("severity", filter.severity);
    if (cursor) query.set("cursor", cursor);
    return answer(await this.ask(`/api/incidents?${query}`));
  }

  async incident(id: string): Promise<Answer<Incident>> {
    return answer(await this.ask(`/api/incidents/${encodeURIComponent(id)}`));
  }

  /** Refused with 412 when the incident is no longer the one that `etag` names. */
  async change(id: string, etag: string, change: Change): Promise<Answer<Incident>> {
    return answer(
      await this.ask(`/api/incidents/${encodeURIComponent(id)}`, {
        method: "PATCH",
        headers: { "content-type": "application/json", "if-match": etag },
        body: JSON.stringify(change),
      }),
    );
  }

  /** The open stream of incidents; it lasts until `signal` ends it, or the connection does. */
  async stream(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const headers = { accept: "text/event-stream" };
    const { body } = await this.ask("/api/incidents/stream", { headers, signal });
    if (!body) throw new Unreachable("the stream has no body");
    return body;
  }

  private ask(path: string, init: RequestInit = {}): Promise<Response> {
    return ask(path, { ...init, headers: { ...init.headers, "x-api-key": this.key } });
  }
}

/** The service's state; needs no key. @throws Refused, Unreachable */
export async function serviceState(): Promise<ServiceState> {
  return (await answer<ServiceState>(await ask("/api/state"))).value;
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    // Nothing of an organization's stays in the browser's cache.
    response = await fetch(path, {
      cache: "no-store",
      signal: AbortSignal.timeout(timeout),
      ...init,
    });
  } catch (error) {
    throw new Unreachable((error as Error).message);
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new Refused(
    response.status,
    problem.detail ?? problem.title ?? `status ${response.status}`,
    Number.isFinite(wait) ? wait : undefined,
    // The API says when it does not know; what stands before it never does.
    response.headers.get("outcome") === "unknown" || [500, 502, 504].includes(response.status),
  );
}

async function answer<T>(response: Response): Promise<Answer<T>> {
  const { headers } = response;
  const age = Number(headers.get("age") ?? 0);
  try {
    return {
      value: (await response.json()) as T,
      etag: headers.get("etag"),
      staleFor: headers.get("x-cache") === "stale" ? age : undefined,
    };
  } catch (error) {
    throw new Unreachable((error as Error).message);
  }
}
