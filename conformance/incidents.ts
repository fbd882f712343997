import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { Clause } from "./clause";
import { type Context } from "./context";
import { expectShape, expectStatus, seen, type Answer } from "./target";
import { expect, Unchecked } from "./verdict";

const Incident = z.object({
  id: z.string(),
  status: z.enum(["open", "investigating", "resolved"]),
  severity: z.enum(["low", "medium", "high", "critical"]),
});
const Page = z.object({ incidents: z.array(Incident), next: z.string().nullable() });

/** How old a cached page may be, s. */
const freshSeconds = 10;
/** How many clients change one incident at once. */
const editors = 10;

/** Incidents: listed, read, changed. */
export const incidents: Clause[] = [
  {
    id: "incidents.list",
    title: "GET /api/incidents answers 200 with incidents and next",
    async check(context) {
      const id = await context.incident();
      const answer = await listWith(context, id, "");
      expectStatus(answer, 200, "GET /api/incidents", "serve it");
      const { incidents: page } = expectShape(answer, Page, "a page of incidents");
      expect(
        page.some((incident) => incident.id === id),
        `${id} among the newest within ${freshSeconds} s`,
        seen(answer),
        "list the organization's incidents, newest first, from a cache that is seconds old at most",
      );
    },
  },
  {
    id: "incidents.pages",
    title: "limit bounds a page, and cursor continues with other incidents",
    async check(context) {
      await context.incident();
      await context.incident();
      const first = expectShape(await list(context, "?limit=1"), Page, "the first page");
      expect(
        first.incidents.length === 1 && first.next !== null,
        "1 incident and a cursor in next",
        JSON.stringify(first).slice(0, 160),
        "keep to limit, and say where the next page starts",
      );
      const query = `?limit=1&cursor=${encodeURIComponent(first.next)}`;
      const second = expectShape(await list(context, query), Page, "the second page");
      expect(
        second.incidents.length === 1 && second.incidents[0]!.id !== first.incidents[0]!.id,
        "another incident on the second page",
        JSON.stringify(second).slice(0, 160),
        "continue after the cursor",
      );
    },
  },
  {
    id: "incidents.filter",
    title: "status and severity select: a resolved incident is among the resolved ones only",
    async check(context) {
      const { path, answer, etag } = await context.incidentRead();
      const { id, severity } = expectShape(answer, Incident, "an incident");
      const update = await context.update(path, etag, { status: "resolved" });
      if (update.status !== 200)
        throw new Unchecked(`it wants a PATCH that works (${seen(update)})`);
      for (const [query, wanted] of [
        ["status=resolved", "resolved"],
        [`severity=${severity}`, severity],
      ] as const) {
        const some = await listWith(context, id, `&${query}`);
        const page = expectShape(some, Page, "a page of incidents").incidents;
        const name = query.split("=")[0] as "status" | "severity";
        expect(
          page.some((one) => one.id === id) && page.every((one) => one[name] === wanted),
          `the incident among those of ${query}, and no other ${name}`,
          page.map((one) => one[name]).join(", ") || "none",
          `select by ${name}`,
        );
      }
      const open = expectShape(await list(context, "?status=open&limit=100"), Page, "a page");
      const found = open.incidents.some((one) => one.status !== "open");
      expect(!found, "open incidents only", "others too", "select by status");
    },
  },
  {
    id: "incidents.read",
    title: "GET /api/incidents/:id answers 200 with the incident",
    async check(context) {
      const id = await context.incident();
      const answer = await context.target.ask(`/api/incidents/${id}`);
      expectStatus(answer, 200, "GET of an incident", "serve it as soon as it is raised");
      const incident = expectShape(answer, Incident, "an incident");
      expect(incident.id === id, `the incident ${id}`, seen(answer), "answer with what was asked");
    },
  },
  {
    id: "incidents.unknown",
    title: "An id that does not exist is answered 404",
    async check(context) {
      const path = `/api/incidents/${randomUUID()}`;
      const answer = await context.target.ask(path, { apiKey: context.apiKey });
      expectStatus(answer, 404, "an unknown id", "answer 404");
    },
  },
  {
    id: "incidents.unauthorised",
    title: "Reading without a known API key is answered 401",
    async check({ target }) {
      for (const apiKey of [null, randomUUID()])
        for (const path of ["/api/incidents", `/api/incidents/${randomUUID()}`]) {
          const answer = await target.ask(path, { apiKey });
          expectStatus(answer, 401, `GET ${path}`, "authenticate X-API-Key before anything else");
        }
    },
  },
  {
    id: "incidents.etag",
    title: "An incident has an ETag",
    async check(context) {
      const answer = await context.target.ask(`/api/incidents/${await context.incident()}`);
      const etag = answer.headers.get("etag");
      expect(
        /^(W\/)?".+"$/.test(etag ?? ""),
        "an ETag in quotes",
        `${etag}`,
        "make one of the incident's version",
      );
    },
  },
  {
    id: "incidents.not-modified",
    title: "If-None-Match with the present ETag is answered 304",
    async check(context) {
      const { path, etag } = await context.incidentRead();
      const answer = await context.target.ask(path, { headers: { "if-none-match": etag } });
      expectStatus(answer, 304, "If-None-Match with the ETag", "compare it with the ETag");
    },
  },
  {
    id: "incidents.unconditional",
    title: "PATCH without If-Match is answered 428",
    async check(context) {
      const { path } = await context.incidentRead();
      const answer = await context.update(path, undefined, { note: "conformance" });
      expectStatus(answer, 428, "a PATCH without If-Match", "require If-Match");
    },
  },
  {
    id: "incidents.update",
    title: "PATCH with the present ETag is answered 200, and the incident has a new ETag",
    async check(context) {
      const { path, etag } = await context.incidentRead();
      const answer = await context.update(path, etag, { assignee: "conformance" });
      expectStatus(answer, 200, "a PATCH with the ETag", "compare If-Match with the ETag");
      const changed = (answer.json ?? {}) as { assignee?: string };
      const now = answer.headers.get("etag");
      expect(
        changed.assignee === "conformance" && now !== etag,
        "the changed incident, with a new ETag",
        `${seen(answer)}, ETag ${now}`,
        "answer with the changed incident and its ETag",
      );
    },
  },
  {
    id: "incidents.outdated",
    title: "PATCH with an outdated ETag is answered 412",
    async check(context) {
      const { path, etag } = await context.incidentRead();
      const first = await context.update(path, etag, { assignee: "first" });
      if (first.status !== 200) throw new Unchecked(`it wants a PATCH that works (${seen(first)})`);
      const answer = await context.update(path, etag, { assignee: "second" });
      expectStatus(answer, 412, "a PATCH with an outdated ETag", "compare If-Match with the ETag");
    },
  },
  {
    id: "incidents.one-editor",
    title: `Of ${editors} PATCHes at once with one ETag at most one changes the incident`,
    async check(context) {
      const { path, etag } = await context.incidentRead();
      const answers = await Promise.all(
        Array.from({ length: editors }, (_, n) => context.update(path, etag, { note: `n${n}` })),
      );
      const done = answers.filter(({ status }) => status === 200).length;
      expect(
        done <= 1,
        "at most one 200",
        `${done} times 200`,
        "compare the version in the UPDATE itself",
      );
    },
  },
  {
    id: "incidents.tenant-read",
    title: "Another organization's incident is answered 404",
    async check(context) {
      const answer = await foreign(context, "GET");
      expectStatus(answer, 404, "another organization's incident", "select by organization too");
    },
  },
  {
    id: "incidents.tenant-update",
    title: "PATCH of another organization's incident is answered 404",
    async check(context) {
      const answer = await foreign(context, "PATCH");
      expectStatus(answer, 404, "PATCH of another's incident", "select by organization too");
    },
  },
  {
    id: "incidents.tenant-list",
    title: "Another organization's incidents are never listed",
    async check(context) {
      const id = await context.incident(context.otherApiKey);
      const answer = await list(context, "?limit=100");
      expect(
        !answer.text.includes(id),
        "own incidents only",
        seen(answer),
        "select by organization",
      );
    },
  },
  {
    id: "incidents.cache-marked",
    title: "Every read says X-Cache: hit, miss or stale",
    async check(context) {
      for (const answer of await reads(context)) {
        const mark = answer.headers.get("x-cache");
        expect(
          ["hit", "miss", "stale"].includes(mark ?? ""),
          "X-Cache: hit, miss or stale",
          `${mark} (${seen(answer)})`,
          "say of every read where it came from",
        );
      }
    },
  },
  {
    id: "incidents.age",
    title: "Every read says its Age in seconds",
    async check(context) {
      for (const answer of await reads(context)) {
        const age = answer.headers.get("age");
        expect(
          /^\d+$/.test(age ?? ""),
          "Age in whole seconds",
          `${age} (${seen(answer)})`,
          "0 for what is fresh",
        );
      }
    },
  },
  {
    id: "incidents.cached",
    title: "The same read again comes from the cache",
    async check(context) {
      const marks: (string | null)[] = [];
      const path = `/api/incidents/${await context.incident()}`;
      for (let n = 0; n < 5 && !marks.includes("hit"); n++)
        marks.push((await context.target.ask(path)).headers.get("x-cache"));
      expect(marks.includes("hit"), "X-Cache: hit", marks.join(", "), "cache what is read");
    },
  },
];

function list(context: Context, query = ""): Promise<Answer> {
  return context.target.ask(`/api/incidents${query}`, { apiKey: context.apiKey });
}

/** The newest incidents, once this one is among them, or as they are after a while. */
async function listWith(context: Context, id: string, query: string): Promise<Answer> {
  const until = Date.now() + freshSeconds * 1000;
  for (;;) {
    const answer = await list(context, `?limit=100${query}`);
    if (answer.text.includes(id) || Date.now() > until) return answer;
    await wait(250);
  }
}

/** A list and an incident, as they are read. */
function reads(context: Context): Promise<Answer[]> {
  return context.once("reads", async () => [
    await list(context),
    await context.target.ask(`/api/incidents/${await context.incident()}`),
  ]);
}

/** What the first organization is answered about an incident of the second, read by that one before. */
async function foreign(context: Context, method: string): Promise<Answer> {
  const { apiKey, otherApiKey, target } = context;
  const path = `/api/incidents/${await context.incident(otherApiKey)}`;
  const own = await target.ask(path, { apiKey: otherApiKey });
  const headers = { "if-match": own.headers.get("etag") ?? '"1"' };
  const body = { note: "conformance" };
  return target.ask(path, method === "GET" ? { apiKey } : { method, headers, body, apiKey });
}
