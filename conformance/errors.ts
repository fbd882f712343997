import { randomUUID } from "node:crypto";
import type { Clause } from "./clause";
import { event, type Context } from "./context";
import { seen, type Answer } from "./target";
import { expect } from "./verdict";

/** What no error may show: stack traces, and statements of the database. */
const inside =
  /\n\s+at .+:\d+|Traceback \(most recent|File ".+", line \d+|SELECT .+ FROM |INSERT INTO /;

/** Errors as RFC 9457 has them. */
export const errors: Clause[] = [
  {
    id: "errors.type",
    title: "Every error is application/problem+json",
    async check(context) {
      for (const [what, answer] of await collect(context))
        expect(
          answer.headers.get("content-type")?.startsWith("application/problem+json") === true,
          `application/problem+json for ${what}`,
          seen(answer),
          "answer errors as problem documents (RFC 9457), the framework's own too",
        );
    },
  },
  {
    id: "errors.problem",
    title: "A problem document has a title, and the answer's own status",
    async check(context) {
      for (const [what, answer] of await collect(context)) {
        const { title, status } = (answer.json ?? {}) as Record<string, unknown>;
        expect(
          typeof title === "string" && status === answer.status,
          `{"title": "…", "status": ${answer.status}} for ${what}`,
          seen(answer),
          "fill title and status of the problem document",
        );
      }
    },
  },
  {
    id: "errors.no-inside",
    title: "No error shows a stack trace or a statement of the database",
    async check(context) {
      for (const [what, answer] of await collect(context))
        expect(
          !inside.test(answer.text.replaceAll("\\n", "\n")),
          `no inside of the service in the answer to ${what}`,
          seen(answer),
          "log what went wrong, and answer with what the client can do",
        );
    },
  },
];

/** One error of every kind that can be had without a fault. */
function collect(context: Context): Promise<[string, Answer][]> {
  return context.once("errors", async () => {
    const { target, apiKey } = context;
    const path = `/api/incidents/${randomUUID()}`;
    const used = { "idempotency-key": randomUUID() };
    await context.ingest(event(), used);
    const errors: [string, Answer][] = [
      ["a body that is no JSON", await context.ingest("{")],
      ["a wrong event", await context.ingest(event({ severity_id: "high" }))],
      ["a request without a key", await target.ask(path, { apiKey: null })],
      ["an unknown id", await target.ask(path, { apiKey })],
      ["an unknown path", await target.ask(`/api/${randomUUID()}`, { apiKey })],
      ["another media type", await context.ingest("a", { "content-type": "text/csv" })],
      ["a used key with another body", await context.ingest(event(), used)],
      ["a PATCH without If-Match", await context.update(path, undefined, { note: "n" }, apiKey)],
    ];
    // What is answered without an error is named by the clause that wants one.
    return errors.filter(([, { status }]) => status >= 400);
  });
}
