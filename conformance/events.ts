import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Clause } from "./clause";
import { Accepted, attack, event, type Context } from "./context";
import { expectShape, expectStatus, seen, type Answer } from "./target";
import { expect, Mismatch, Unchecked } from "./verdict";

/** The largest body that is taken, bytes. */
const largestBody = 1024 * 1024;
/** The largest batch. */
const largestBatch = 500;
/** How many duplicates are sent at once. */
const duplicates = 50;

/** Ingestion: `POST /api/events`. */
export const events: Clause[] = [
  {
    id: "events.accepted",
    title: "A batch of events is answered 201 with accepted, events[].id and incidents",
    async check(context) {
      const answer = await context.ingest({ events: [event(), event()] });
      expectStatus(answer, 201, "a batch of two events", "answer 201 once the batch is committed");
      const { accepted, events: stored } = expectShape(answer, Accepted, "the answer");
      const ids = new Set(stored.map(({ id }) => id));
      expect(
        accepted === 2 && ids.size === 2,
        "2 accepted, with an id each",
        seen(answer),
        "store every event of a batch, and answer with their ids in order",
      );
    },
  },
  {
    id: "events.single",
    title: "One event alone, outside a batch, is taken too",
    async check(context) {
      const answer = await context.ingest(event());
      expectTaken(answer, "one event as the body");
      const { accepted } = expectShape(answer, Accepted, "the answer");
      expect(accepted === 1, "1 accepted", seen(answer), "take an event outside a batch as one");
    },
  },
  {
    id: "events.largest",
    title: `A batch of ${largestBatch} events is taken, one of ${largestBatch + 1} answered 400 or 413`,
    async check(context) {
      const batch = (size: number) => ({ events: Array.from({ length: size }, () => event()) });
      const answer = await context.ingest(batch(largestBatch));
      expectTaken(answer, `a batch of ${largestBatch}`);
      const over = await context.ingest(batch(largestBatch + 1));
      expect(
        over.status === 400 || over.status === 413,
        `400 or 413 to a batch of ${largestBatch + 1}`,
        seen(over),
        `bound a batch to ${largestBatch} events`,
      );
    },
  },
  {
    id: "events.incident",
    title: "A burst of 20 critical failed sign-ins of one user from one address raises an incident",
    async check(context) {
      const answer = await context.ingest({ events: attack() });
      const { incidents } = expectShape(answer, Accepted, "the answer");
      expect(
        incidents.length > 0,
        "an incident's id in incidents",
        seen(answer),
        "detect it before answering; events.incident in the contract shows the events",
      );
    },
  },
  {
    id: "events.replay",
    title: "The same key with the same body is answered as the first time, in status and body",
    async check(context) {
      const [first, again] = await twice(context);
      expect(
        again.status === first.status && isDeepStrictEqual(again.json, first.json),
        `the first answer (${seen(first)})`,
        seen(again),
        "store the answer with its key in the events' transaction, and repeat it",
      );
    },
  },
  {
    id: "events.replay-marked",
    title: "A repeated answer, and no other, has Idempotency-Replayed: true",
    async check(context) {
      const marks = (await twice(context)).map(({ headers }) =>
        headers.get("idempotency-replayed"),
      );
      expect(
        marks[0] !== "true" && marks[1] === "true",
        "Idempotency-Replayed: true on the second answer only",
        `${marks[0]} on the first, ${marks[1]} on the second`,
        "mark what is repeated",
      );
    },
  },
  {
    id: "events.other-body",
    title: "The same key with another body is answered 422",
    async check(context) {
      const headers = { "idempotency-key": randomUUID() };
      await context.ingest(event(), headers);
      const answer = await context.ingest(event(), headers);
      const remedy = "keep a hash of the body with the key, and refuse another";
      expectStatus(answer, 422, "a used key with another body", remedy);
    },
  },
  {
    id: "events.concurrent",
    title: `${duplicates} duplicates at once are one batch: one answer for all, or 409, or 503 with Retry-After`,
    async check(context) {
      const { answers } = await race(context);
      const wrong = answers.find((answer) => !taken(answer) && !later(answer));
      const bodies = new Set(answers.filter(taken).map(({ text }) => text));
      expect(
        !wrong && bodies.size === 1,
        "201 with one and the same body, or 409",
        wrong ? seen(wrong) : `${bodies.size} different bodies`,
        "make the key unique in the database, in the events' transaction",
      );
    },
  },
  {
    id: "events.running",
    title: "A duplicate of a request that still runs is answered 409 with Retry-After",
    async check(context) {
      const { answers, slowed } = await race(context);
      const running = answers.find(({ status }) => status === 409);
      const remedy = "answer 409 with Retry-After while the first request with a key runs";
      if (!running && slowed) throw new Mismatch("409", "none among the duplicates", remedy);
      if (!running)
        throw new Unchecked(
          "no duplicate came while the first one ran; --command slows the database for that",
        );
      const after = running.headers.get("retry-after");
      expect(/^\d+$/.test(after ?? ""), "Retry-After in seconds", `${after}`, remedy);
      return slowed;
    },
  },
  {
    id: "events.key",
    title: "A missing or malformed Idempotency-Key is answered 400",
    async check(context) {
      const path = "/api/events";
      const plain = { method: "POST", body: event(), apiKey: context.apiKey };
      const without = await context.target.ask(path, plain);
      expectStatus(without, 400, "events without Idempotency-Key", "require the header");
      const long = await context.ingest(event(), { "idempotency-key": "k".repeat(256) });
      expectStatus(long, 400, "a key of 256 characters", "bound the key to 255 characters");
    },
  },
  {
    id: "events.malformed",
    title: "What is no event is answered 400",
    async check(context) {
      const bad: [string, unknown][] = [
        ["a body that is no JSON", '{"events": ['],
        ["an empty batch", { events: [] }],
        ["an event without a time", event({ time: undefined })],
        ["a severity of 7", event({ severity_id: 7 })],
        ["a product without a name", event({ metadata: { product: {}, uid: "1" } })],
      ];
      for (const [what, body] of bad)
        expectStatus(await context.ingest(body), 400, what, "check the body against the schema");
    },
  },
  {
    id: "events.refused",
    title: "A refused batch leaves nothing: the same key takes the corrected batch",
    async check(context) {
      const headers = { "idempotency-key": randomUUID() };
      await context.ingest({ events: [event(), event({ severity_id: 7 })] }, headers);
      const answer = await context.ingest({ events: [event(), event()] }, headers);
      expectTaken(answer, "the corrected batch");
      expect(
        answer.headers.get("idempotency-replayed") !== "true",
        "a new batch",
        "Idempotency-Replayed: true",
        "check a whole batch before anything of it, or its key, is stored",
      );
    },
  },
  {
    id: "events.unauthorised",
    title: "No API key, or an unknown one, is answered 401",
    async check(context) {
      for (const [what, apiKey] of [
        ["no API key", null],
        ["an unknown API key", randomUUID()],
      ] as const) {
        const headers = { "idempotency-key": randomUUID() };
        const request = { method: "POST", body: event(), headers, apiKey };
        const answer = await context.target.ask("/api/events", request);
        expectStatus(answer, 401, what, "authenticate X-API-Key before anything else");
      }
    },
  },
  {
    id: "events.too-large",
    title: "A body over 1 MiB is answered 413",
    async check(context) {
      const answer = await context.ingest(event({ message: "m".repeat(largestBody + 1) }));
      expectStatus(answer, 413, "a body over 1 MiB", "bound the body to 1 MiB");
    },
  },
  {
    id: "events.media-type",
    title: "A body of another media type than JSON is answered 415",
    async check(context) {
      const answer = await context.ingest("time=1", { "content-type": "text/csv" });
      expectStatus(answer, 415, "a body of type text/csv", "take application/json only");
    },
  },
  {
    id: "events.tenants",
    title: "A key belongs to its organization: another one's same key is a key of its own",
    async check(context) {
      const headers = { "idempotency-key": randomUUID() };
      const body = { events: [event()] };
      const first = await context.ingest(body, headers);
      const other = await context.ingest(body, headers, context.otherApiKey);
      expect(
        taken(other) && other.text !== first.text,
        "201 with other ids",
        seen(other),
        "make the key unique within an organization, never across",
      );
    },
  },
];

/** @throws Mismatch unless a request was taken; events.accepted wants the very status. */
function expectTaken(answer: Answer, of: string): void {
  expect(taken(answer), `201 to ${of}`, seen(answer), "take it as it takes a batch");
}

/** Refused for now: the same key runs, or the service sheds load. */
function later({ status, headers }: Answer): boolean {
  return status === 409 || (status === 503 && headers.has("retry-after"));
}

function taken({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function twice(context: Context): Promise<[Answer, Answer]> {
  return context.once("a repeated batch", async () => {
    const body = { events: [event(), event()] };
    const headers = { "idempotency-key": randomUUID() };
    const first = await context.ingest(body, headers);
    return [first, await context.ingest(body, headers)];
  });
}

/** Sends one batch many times at once, the database held meanwhile where it can be. */
function race(context: Context): Promise<{ answers: Answer[]; slowed?: string }> {
  return context.once("duplicates at once", async () => {
    const database = context.launcher?.steering.database;
    const body = { events: Array.from({ length: 100 }, () => event()) };
    const headers = { "idempotency-key": randomUUID() };
    const apiKey = context.apiKey;
    database?.hold();
    const sent = Array.from({ length: duplicates }, () => context.ingest(body, headers, apiKey));
    // Below any time-out of a statement: the duplicates wait for the first one, then all go on.
    if (database) setTimeout(() => database.pass(), 300);
    const answers = await Promise.all(sent);
    const slowed = database && `the database was held for 300 ms, on ${database.hits} connections`;
    return { answers, slowed };
  });
}
