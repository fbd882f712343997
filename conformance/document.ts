import type { Clause } from "./clause";
import type { Context } from "./context";
import { expectStatus, seen } from "./target";
import { expect, Unchecked } from "./verdict";

/** Where the document is. */
export const documentPath = "/api/openapi.json";

/** The operations that the document has to have, and the answers of each. */
const operations = {
  "POST /api/events": [201, 400, 401, 409, 413, 415, 422, 429, 503],
  "GET /api/incidents": [200, 400, 401, 429, 503],
  "GET /api/incidents/{}": [200, 304, 401, 404, 429, 503],
  "PATCH /api/incidents/{}": [200, 400, 401, 404, 412, 428, 429, 503],
  "GET /api/incidents/stream": [200, 401],
  "GET /api/state": [200],
} as const;

interface Operation {
  responses?: Record<string, Answered>;
  parameters?: { name?: string; in?: string; required?: boolean }[];
  security?: Record<string, unknown>[];
}
interface Answered {
  $ref?: string;
  content?: Record<string, unknown>;
  headers?: Record<string, unknown>;
}
interface Document {
  openapi?: string;
  paths?: Record<string, Record<string, Operation>>;
  security?: Record<string, unknown>[];
  components?: {
    responses?: Record<string, Answered>;
    securitySchemes?: Record<string, { type?: string; in?: string; name?: string }>;
  };
}

/** The OpenAPI document, by which clients and Schemathesis know the API. */
export const document: Clause[] = [
  {
    id: "document.version",
    title: `GET ${documentPath} answers 200 with an OpenAPI 3.1 document, without a key`,
    async check({ target }) {
      const answer = await target.ask(documentPath, { apiKey: null });
      expectStatus(answer, 200, `GET ${documentPath}`, "serve the document, without a key");
      const { openapi } = (answer.json ?? {}) as Document;
      const remedy = "generate it as OpenAPI 3.1 from the routes";
      expect(/^3\.1\.\d+$/.test(openapi ?? ""), '"openapi": "3.1.…"', seen(answer), remedy);
    },
  },
  {
    id: "document.operations",
    title: `It has ${Object.keys(operations).join(", ")}`,
    async check(context) {
      const had = await documented(context);
      const missing = Object.keys(operations).filter((name) => !had.has(name));
      expect(
        missing.length === 0,
        "every operation of the contract",
        `without ${missing.join(", ")}`,
        "serve them, and generate the document from the routes",
      );
    },
  },
  {
    id: "document.responses",
    title: "Each operation has its answers, errors and 429 and 503 too",
    async check(context) {
      const had = await documented(context);
      const missing = Object.entries(operations).flatMap(([name, statuses]) =>
        statuses
          .filter((status) => had.has(name) && !had.get(name)!.responses?.[status])
          .map((status) => `${name} ${status}`),
      );
      const remedy = "declare every answer of a route";
      expect(missing.length === 0, "all of them", `without ${missing.join(", ")}`, remedy);
    },
  },
  {
    id: "document.problems",
    title: "Errors are declared as application/problem+json",
    async check(context) {
      const wrong = (await answers(context))
        .filter(({ status }) => status >= 400)
        .filter(({ answer }) => !answer.content?.["application/problem+json"]);
      expect(
        wrong.length === 0,
        "application/problem+json",
        wrong.map(({ name, status }) => `${name} ${status}`).join(", "),
        "declare errors with the problem document's schema",
      );
    },
  },
  {
    id: "document.retry-after",
    title: "429 and 503 are declared with Retry-After",
    async check(context) {
      const wrong = (await answers(context))
        .filter(({ status }) => status === 429 || status === 503)
        .filter(({ answer }) => !has(answer.headers, "retry-after"));
      expect(
        wrong.length === 0,
        "the header Retry-After",
        `none for ${wrong.map(({ name, status }) => `${name} ${status}`).join(", ")}`,
        "declare the header, and send it",
      );
    },
  },
  {
    id: "document.headers",
    title: "Idempotency-Key and If-Match are declared where they are required",
    async check(context) {
      const had = await documented(context);
      for (const [name, header] of [
        ["POST /api/events", "idempotency-key"],
        ["PATCH /api/incidents/{}", "if-match"],
      ] as const) {
        const parameters = had.get(name)?.parameters ?? [];
        const names = parameters.filter((one) => one.in === "header").map((one) => one.name);
        expect(
          names.some((one) => one?.toLowerCase() === header),
          `the header ${header} of ${name}`,
          names.join(", ") || "no header",
          "declare the header as a parameter",
        );
      }
    },
  },
  {
    id: "document.security",
    title: "X-API-Key is declared as the API's security scheme, and required by its operations",
    async check(context) {
      const { components, security } = await fetched(context);
      const schemes = Object.entries(components?.securitySchemes ?? {})
        .filter(([, one]) => one.type === "apiKey" && one.in === "header")
        .filter(([, one]) => one.name?.toLowerCase() === "x-api-key")
        .map(([name]) => name);
      const had = await documented(context);
      const open = Object.keys(operations)
        .filter((name) => name !== "GET /api/state" && had.has(name))
        .filter((name) => {
          const wanted = had.get(name)!.security ?? security ?? [];
          return !wanted.some((one) => schemes.some((scheme) => scheme in one));
        });
      const seen = schemes.length === 0 ? "no such scheme" : `not for ${open.join(", ")}`;
      const remedy = "declare an apiKey scheme in the header X-API-Key, and require it";
      expect(schemes.length > 0 && open.length === 0, "X-API-Key", seen, remedy);
    },
  },
];

/** The document, once for all. @throws Unchecked when there is none: document.version names that. */
function fetched(context: Context): Promise<Document> {
  return context.once("document", async () => {
    const { json } = await context.target.ask(documentPath, { apiKey: null });
    if (typeof json !== "object" || json === null)
      throw new Unchecked(`it wants the document at ${documentPath}, and there is none`);
    return json;
  });
}

/** Its operations by method and path, whatever its parameters are called. */
async function documented(context: Context): Promise<Map<string, Operation>> {
  const { paths = {} } = await fetched(context);
  const all = new Map<string, Operation>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods))
      all.set(`${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "{}")}`, operation);
  return all;
}

/** The answers that the contract wants, as far as they are declared. */
async function answers(context: Context) {
  const { components } = await fetched(context);
  const had = await documented(context);
  return Object.entries(operations).flatMap(([name, statuses]) =>
    statuses.flatMap((status) => {
      const answer = had.get(name)?.responses?.[status];
      const named = answer?.$ref?.split("/").at(-1);
      const resolved = named ? components?.responses?.[named] : answer;
      return resolved ? [{ name, status, answer: resolved }] : [];
    }),
  );
}

function has(headers: object | undefined, name: string): boolean {
  return Object.keys(headers ?? {}).some((one) => one.toLowerCase() === name);
}
