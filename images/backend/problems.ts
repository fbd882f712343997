import { Type } from "typebox";

/** RFC 9457's document, the body of every refusal. */
export const ProblemBody = Type.Object(
  {
    type: Type.String({ format: "uri-reference" }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.Optional(Type.String()),
  },
  {
    description: "RFC 9457",
    examples: [{ type: "/problems/not-found", title: "not found", status: 404 }],
  },
);

const kinds = {
  "bad-request": [400, "the request is malformed"],
  unauthorized: [401, "no API key, or an unknown one"],
  "not-found": [404, "not found"],
  "method-not-allowed": [405, "this resource has no such method"],
  "request-timeout": [408, "the request took too long to arrive"],
  "key-in-use": [409, "a request with this idempotency key is running"],
  "precondition-failed": [412, "the resource has changed"],
  "content-too-large": [413, "the body is too large"],
  "unsupported-media-type": [415, "the body must be application/json"],
  "key-reused": [422, "this idempotency key belongs to another body"],
  "precondition-required": [428, "If-Match is required"],
  "too-many-requests": [429, "too many requests of this organization"],
  internal: [500, "the server failed"],
  overloaded: [503, "the server is at its limit"],
  "database-slow": [503, "the database did not answer in time; nothing was written"],
  "database-away": [503, "the database cannot be reached; nothing was written"],
  "read-only": [503, "read-only mode: no writes are taken now; nothing was written"],
  "unknown-outcome": [503, "the write may have happened; repeat it with the same key"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemKind = keyof typeof kinds;

/** The statuses after which a repetition makes sense. */
const passing = [409, 429, 503];

/** A refusal. Thrown anywhere under a route, it becomes its answer. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly headers: Record<string, string> = {};

  /**
   * @param detail what this one request did; no secret, nothing of another tenant
   * @param retryAfter seconds; by default 1 where a repetition makes sense
   */
  constructor(
    readonly kind: ProblemKind,
    readonly detail?: string,
    retryAfter?: number,
  ) {
    super(detail ?? kinds[kind][1]);
    this.status = kinds[kind][0];
    if (retryAfter || passing.includes(this.status))
      this.headers["retry-after"] = String(retryAfter ?? 1);
    if (kind === "unauthorized") this.headers["www-authenticate"] = "ApiKey";
    // All other refusals are certain: what they refuse was not written.
    if (kind === "unknown-outcome") this.headers.outcome = "unknown";
  }

  get body() {
    const { kind, status, detail } = this;
    return { type: `/problems/${kind}`, title: kinds[kind][1], status, ...(detail && { detail }) };
  }
}

/** Response schemas of these refusals, for a route's documentation. */
export function refusals(...statuses: number[]) {
  const content = { "application/problem+json": { schema: ProblemBody } };
  const headers = { "retry-after": Type.Integer({ minimum: 1, description: "Seconds." }) };
  const describe = (status: number) =>
    Object.values<readonly [number, string]>(kinds)
      .filter(([its]) => its === status)
      .map(([, title]) => title)
      .join("; or ");
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: describe(status), content, ...(passing.includes(status) && { headers }) },
    ]),
  );
}

/** The kind for a status that Fastify or a plugin chose. */
export function kindOf(status: number): ProblemKind {
  const found = Object.entries(kinds).find(([, [its]]) => its === status);
  if (found) return found[0] as ProblemKind;
  return status < 500 ? "bad-request" : "internal";
}
