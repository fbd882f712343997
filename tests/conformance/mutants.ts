/* eslint-disable @typescript-eslint/no-explicit-any -- JSON of any shape, broken on purpose */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Mutant, Passing } from "./mutated";

/** An image broken in one way, and the clauses that have to name it: the one meant comes first. */
export interface Broken {
  mutant: Mutant;
  names: string[];
}

const ingest = ({ method, path }: Passing) => method === "POST" && path === "/api/events";
const one = ({ path }: Passing) => /^\/api\/incidents\/[\da-f-]{36}$/.test(path);
const listed = ({ path }: Passing) => /^\/api\/incidents(\?|$)/.test(path);
const at = (path: string) => (passing: Passing) => passing.path === path;

/** Changes the answers to some requests. */
function answers(
  which: (passing: Passing) => boolean,
  change: (answer: Passing, client: Passing) => void | Promise<void>,
): Mutant {
  return { answer: (answer, client) => (which(answer) ? change(answer, client) : undefined) };
}

/** Changes some requests on their way. */
function requests(
  which: (passing: Passing) => boolean,
  change: (sent: Passing) => void | Promise<void>,
): Mutant {
  return { request: (sent) => (which(sent) ? change(sent) : undefined) };
}

/** Changes what /metrics says. */
function scraped(change: (text: string) => string): Mutant {
  return answers(at("/metrics"), (answer) => void (answer.body = change(answer.body)));
}

/** Changes the JSON of some answers with this status. */
function json(
  which: (passing: Passing) => boolean,
  change: (body: Record<string, any>) => void,
): Mutant {
  return answers(which, (answer) => {
    try {
      const body = JSON.parse(answer.body) as Record<string, unknown>;
      change(body);
      answer.body = JSON.stringify(body);
    } catch {
      // What is no JSON stays as it is.
    }
  });
}

const dropped = (name: string) => (answer: Passing) => void (answer.headers[name] = undefined);
const document = (change: (body: Record<string, any>) => void) =>
  json(at("/api/openapi.json"), change);
const everyAnswer = (body: Record<string, any>, change: (answer: any, status: string) => void) => {
  for (const path of Object.values(body.paths as object))
    for (const operation of Object.values(path as object))
      for (const [status, answer] of Object.entries(operation.responses as object))
        change(answer, status);
};

/** Bodies of incidents that anybody read, for the images that show them to everybody. */
function remembered(): { see: Mutant["answer"]; bodies: Map<string, Passing> } {
  const bodies = new Map<string, Passing>();
  const see = (answer: Passing) => {
    if (one(answer) && answer.status === 200) bodies.set(answer.path, { ...answer });
  };
  return { see, bodies };
}

const foreign = remembered();
const metricSeries = (endpoint: string) =>
  `http_requests_total{method="GET",endpoint="${endpoint}",status="200"} 1\n`;
/** Every mutant makes its own memory when it is asked for. */
const memory = <T>(make: (seen: T[]) => Mutant): Mutant => make([]);

/** One image a line: what is wrong with it, and which clauses say so. */
export const broken: Record<string, Broken> = {
  "an OpenAPI 3.0 document": {
    mutant: document((body) => (body.openapi = "3.0.3")),
    names: ["document.version"],
  },
  "an operation that the document lacks": {
    mutant: document((body) => delete body.paths["/api/state"]),
    names: ["document.operations"],
  },
  "429 undocumented": {
    mutant: document((body) => {
      for (const path of Object.values(body.paths as Record<string, any>))
        for (const operation of Object.values(path as Record<string, any>))
          delete operation.responses["429"];
    }),
    names: ["document.responses"],
  },
  "errors documented as plain JSON": {
    mutant: document((body) =>
      everyAnswer(body, (answer, status) => {
        if (status < "400") return;
        answer.content = { "application/json": answer.content?.["application/problem+json"] };
      }),
    ),
    names: ["document.problems"],
  },
  "Retry-After undocumented": {
    mutant: document((body) => everyAnswer(body, (answer) => delete answer.headers)),
    names: ["document.retry-after"],
  },
  "Idempotency-Key undocumented": {
    mutant: document((body) => {
      const post = body.paths["/api/events"].post;
      post.parameters = post.parameters.filter((one: any) => !/idempotency/i.test(one.name));
    }),
    names: ["document.headers"],
  },
  "an API key undocumented": {
    mutant: document((body) => (body.components.securitySchemes = {})),
    names: ["document.security"],
  },
  "no /health": {
    mutant: answers(at("/health"), (answer) => void (answer.status = 404)),
    names: ["health.summary"],
  },
  "no /health/live": {
    mutant: answers(at("/health/live"), (answer) => void (answer.status = 404)),
    names: ["health.live"],
  },
  "start-up that never ends": {
    mutant: answers(at("/health/startup"), (answer) => void (answer.status = 503)),
    names: ["health.startup"],
  },
  "readiness that fails without cause": {
    mutant: answers(at("/health/ready"), (answer) => void (answer.status = 503)),
    names: ["health.ready"],
  },
  "no /health/serving": {
    mutant: answers(at("/health/serving"), (answer) => void (answer.status = 404)),
    names: ["health.serving"],
  },
  "health as plain text": {
    mutant: answers(at("/health/live"), (answer) => {
      answer.headers["content-type"] = "text/plain";
      answer.body = "OK";
    }),
    names: ["health.json"],
  },
  "a probe that is slower than its time-out": {
    mutant: answers(at("/health/ready"), () => wait(3100)),
    names: ["health.quick"],
  },
  "a state in other words": {
    mutant: json(at("/api/state"), (body) => (body.mode = "ok")),
    names: ["state.shape", "state.normal"],
  },
  "a mode that is never left": {
    mutant: json(at("/api/state"), (body) =>
      Object.assign(body, { mode: "degraded", reasons: ["x"] }),
    ),
    names: ["state.normal"],
  },
  "200 in place of 201": {
    mutant: answers(
      ingest,
      (answer) => void (answer.status = answer.status === 201 ? 200 : answer.status),
    ),
    names: ["events.accepted"],
  },
  "one event alone refused": {
    mutant: answers(ingest, (answer, client) => {
      if (!client.body.includes('"events":') && answer.status === 201) answer.status = 400;
    }),
    names: ["events.single"],
  },
  "batches without a bound": {
    mutant: requests(ingest, (sent) => {
      const body = parsed(sent.body);
      if ((body?.events?.length ?? 0) > 500)
        sent.body = JSON.stringify({ events: body!.events.slice(0, 500) });
    }),
    names: ["events.largest"],
  },
  "no detection": {
    mutant: json(ingest, (body) => body.incidents && (body.incidents = [])),
    names: ["events.incident"],
  },
  "a duplicate stored twice": {
    mutant: requests(ingest, ({ headers }) => {
      if (headers["idempotency-key"]) headers["idempotency-key"] = randomUUID();
    }),
    names: [
      "events.replay",
      "events.replay-marked",
      "events.other-body",
      "events.concurrent",
      "events.running",
      "events.key",
      "metrics.events-counted",
    ],
  },
  "a repeated answer that is not marked": {
    mutant: answers(ingest, dropped("idempotency-replayed")),
    names: ["events.replay-marked"],
  },
  "a repeated answer with other ids": {
    mutant: answers(ingest, (answer) => {
      if (answer.headers["idempotency-replayed"])
        answer.body = answer.body.replaceAll(/"id":"[^"]+"/g, () => `"id":"${randomUUID()}"`);
    }),
    names: ["events.replay", "events.concurrent"],
  },
  "a used key that takes another body": {
    mutant: answers(
      ingest,
      (answer) => void (answer.status = answer.status === 422 ? 201 : answer.status),
    ),
    names: ["events.other-body"],
  },
  "409 without Retry-After": {
    mutant: answers(({ status }) => status === 409, dropped("retry-after")),
    names: ["events.running"],
  },
  "a key that is optional": {
    mutant: requests(ingest, ({ headers }) => void (headers["idempotency-key"] ??= randomUUID())),
    names: ["events.key"],
  },
  "events that nobody checks": {
    mutant: requests(ingest, (sent) => {
      const body = parsed(sent.body);
      if (body && !body.events) sent.body = JSON.stringify({ time: Date.now(), ...body });
    }),
    names: ["events.malformed"],
  },
  "a refused batch that keeps its key": {
    mutant: memory<string>((keys) => ({
      answer(answer, client) {
        const key = client.headers["idempotency-key"] ?? "";
        if (!ingest(client)) return;
        if (answer.status === 400) keys.push(key);
        else if (keys.includes(key)) answer.status = 422;
      },
    })),
    names: ["events.refused"],
  },
  "no limit to a body": {
    mutant: answers(
      ingest,
      (answer) => void (answer.status = answer.status === 413 ? 400 : answer.status),
    ),
    names: ["events.too-large"],
  },
  "any media type": {
    mutant: requests(ingest, ({ headers }) => {
      if (headers["content-type"]) headers["content-type"] = "application/json";
    }),
    names: ["events.media-type"],
  },
  "403 in place of 401 to events": {
    mutant: answers(
      ingest,
      (answer) => void (answer.status = answer.status === 401 ? 403 : answer.status),
    ),
    names: ["events.unauthorised"],
  },
  "incidents that are not listed": {
    mutant: json(listed, (body) => (body.incidents = body.incidents?.slice(0, 0))),
    names: ["incidents.list", "incidents.pages", "incidents.filter"],
  },
  "pages without an end": {
    mutant: requests(listed, (sent) => {
      sent.path = sent.path.replace(/cursor=[^&]+/, "");
    }),
    names: ["incidents.pages"],
  },
  "filters that are ignored": {
    mutant: requests(listed, (sent) => {
      sent.path = sent.path.replace(/[?&](status|severity)=\w+/g, "");
    }),
    names: ["incidents.filter"],
  },
  "200 and nothing for an unknown id": {
    mutant: answers(one, (answer) => {
      if (answer.method === "GET" && answer.status === 404)
        Object.assign(answer, { status: 200, body: "null" });
    }),
    names: ["incidents.unknown", "incidents.tenant-read"],
  },
  "incidents without a key": {
    mutant: answers(
      (answer) => (one(answer) || listed(answer)) && answer.status === 401,
      (answer) => void Object.assign(answer, { status: 200, body: '{"incidents":[],"next":null}' }),
    ),
    names: ["incidents.unauthorised"],
  },
  "no ETag": {
    mutant: answers((answer) => one(answer) && answer.method === "GET", dropped("etag")),
    names: ["incidents.etag"],
  },
  "If-None-Match ignored": {
    mutant: requests(one, ({ headers }) => void delete headers["if-none-match"]),
    names: ["incidents.not-modified"],
  },
  "If-Match optional": {
    mutant: requests(one, async (sent) => {
      if (sent.method === "PATCH") sent.headers["if-match"] ??= "*";
    }),
    names: ["incidents.unconditional"],
  },
  "If-Match ignored": {
    mutant: requests(one, ({ method, headers }) => {
      if (method === "PATCH" && headers["if-match"]) headers["if-match"] = "*";
    }),
    names: ["incidents.outdated", "incidents.one-editor"],
  },
  "an ETag that never changes": {
    mutant: {
      request: ({ headers }) => void (headers["if-match"] &&= "*"),
      answer: (answer) =>
        void (one(answer) && answer.headers.etag && (answer.headers.etag = '"1"')),
    },
    names: ["incidents.update", "incidents.outdated", "incidents.one-editor"],
  },
  "another organization's incident shown": {
    mutant: answers(one, (answer) => {
      void foreign.see!(answer, answer);
      const leak = foreign.bodies.get(answer.path);
      if (answer.method === "GET" && answer.status === 404 && leak)
        Object.assign(answer, { status: 200, body: leak.body });
    }),
    names: ["incidents.tenant-read"],
  },
  "another organization's incident told apart from none": {
    mutant: answers(one, (answer) => {
      void foreign.see!(answer, answer);
      if (answer.method === "PATCH" && answer.status === 404 && foreign.bodies.has(answer.path))
        answer.status = 403;
    }),
    names: ["incidents.tenant-update"],
  },
  "everybody's incidents listed": {
    mutant: memory<string>((ids) =>
      answers(
        () => true,
        (answer) => {
          const body = parsed(answer.body);
          if (ingest(answer)) ids.push(...((body?.incidents as string[] | undefined) ?? []));
          if (
            !listed(answer) ||
            /status|severity/.test(answer.path) ||
            /limit=1(&|$)/.test(answer.path)
          )
            return;
          const others = ids.map((id) => ({ id, status: "open", severity: "high" }));
          body?.incidents?.push(...others);
          answer.body = JSON.stringify(body);
        },
      ),
    ),
    names: ["incidents.tenant-list"],
  },
  "reads that do not say where from": {
    mutant: answers((answer) => one(answer) || listed(answer), dropped("x-cache")),
    names: ["incidents.cache-marked", "incidents.cached"],
  },
  "reads without an age": {
    mutant: answers((answer) => one(answer) || listed(answer), dropped("age")),
    names: ["incidents.age"],
  },
  "no cache": {
    mutant: answers(one, ({ headers }) => void (headers["x-cache"] &&= "miss")),
    names: ["incidents.cached"],
  },
  "errors as HTML": {
    mutant: answers(
      ({ status }) => status >= 400,
      ({ headers }) => void (headers["content-type"] = "text/html"),
    ),
    names: ["errors.type"],
  },
  "problems with another status": {
    mutant: json(
      ({ status }) => status >= 400,
      (body) => (body.status = 500),
    ),
    names: ["errors.problem"],
  },
  "errors with a stack trace": {
    mutant: json(
      ({ status }) => status === 400,
      (body) => (body.detail = "Error: no\n    at parse (/app/backend.cjs:10:5)"),
    ),
    names: ["errors.no-inside"],
  },
  "metrics of no known format": {
    mutant: answers(at("/metrics"), ({ headers }) => void (headers["content-type"] = "text/html")),
    names: ["metrics.format"],
  },
  "a metric missing": {
    mutant: scraped((text) => text.replaceAll(/.*db_query_duration_seconds.*\n/g, "")),
    names: ["metrics.db_query_duration_seconds"],
  },
  "a counter as a gauge": {
    mutant: scraped((text) => text.replace("cache_hits_total counter", "cache_hits_total gauge")),
    names: ["metrics.cache_hits_total"],
  },
  "a label missing": {
    mutant: scraped((text) =>
      text.replaceAll(/^(http_requests_total\{.*),status="\d+"(.*)$/gm, "$1$2"),
    ),
    names: ["metrics.http_requests_total"],
  },
  "requests that are not counted": {
    mutant: scraped((text) => text.replaceAll(/^(http_requests_total\{.*\}) .*$/gm, "$1 1")),
    names: ["metrics.requests-counted"],
  },
  "repeated batches counted again": {
    mutant: memory<number>((more) => ({
      answer(answer) {
        if (answer.headers["idempotency-replayed"]) more.push(3);
        if (answer.path === "/metrics")
          answer.body += more.length
            ? `events_ingested_total{source_type="other",organization="two"} ${3 * more.length}\n`
            : "";
      },
    })),
    names: ["metrics.events-counted"],
  },
  "ids as labels": {
    mutant: memory<string>((paths) => ({
      answer(answer) {
        if (one(answer) && paths.length === 0 && answer.status === 200) paths.push(answer.path);
        if (one(answer) && answer.status === 200) paths[0] = answer.path;
        if (answer.path === "/metrics") answer.body += paths.map(metricSeries).join("");
      },
    })),
    names: ["metrics.routes"],
  },
  "unknown paths as labels": {
    mutant: memory<string>((paths) => ({
      answer(answer) {
        if (answer.path.startsWith("/unknown")) paths.push(answer.path);
        if (answer.path === "/metrics") answer.body += paths.map(metricSeries).join("");
      },
    })),
    names: ["metrics.routes", "metrics.endpoints-bounded"],
  },
  "products as labels without a bound": {
    mutant: memory<string>((products) => ({
      answer(answer, client) {
        const names = client.body.matchAll(/"name":"(product-[^"]+)"/g);
        if (ingest(client)) for (const [, name] of names) products.push(name!);
        if (answer.path === "/metrics")
          for (const name of products)
            answer.body += `events_ingested_total{source_type="${name}",organization="one"} 1\n`;
      },
    })),
    names: ["metrics.sources-bounded"],
  },
  "an API key as a label": {
    mutant: memory<string>((keys) => ({
      answer(answer, client) {
        const key = client.headers["x-api-key"];
        if (key && answer.status < 400 && !keys.includes(key)) keys.push(key);
        if (answer.path === "/metrics")
          for (const key of keys) answer.body += `sessions{key="${key}"} 1\n`;
      },
    })),
    names: ["metrics.no-secret"],
  },
  "a stream of another type": {
    mutant: answers(at("/api/incidents/stream"), (answer) => {
      if (answer.status === 200) answer.headers["content-type"] = "application/json";
    }),
    names: ["stream.type"],
  },
  "a stream without incidents": {
    mutant: { stream: (text) => text.replaceAll("event: incident", "event: message") },
    names: ["stream.incident"],
  },
  "a stream that needs no key": {
    mutant: answers(at("/api/incidents/stream"), (answer) => {
      if (answer.status === 401) answer.status = 200;
    }),
    names: ["stream.unauthorised"],
  },
};

function parsed(body: string): Record<string, any> | undefined {
  try {
    return JSON.parse(body) as Record<string, any>;
  } catch {
    return undefined;
  }
}
