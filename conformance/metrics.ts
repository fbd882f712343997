import { randomUUID } from "node:crypto";
import type { Clause } from "./clause";
import { event, type Context } from "./context";
import { readExposition, type Exposition } from "./exposition";
import { seen } from "./target";
import { expect } from "./verdict";

/** Every metric of the contract: its type and its labels. */
const contract = {
  http_requests_total: ["counter", "method", "endpoint", "status"],
  http_request_duration_seconds: ["histogram", "method", "endpoint"],
  incidents_total: ["counter", "severity", "organization"],
  events_ingested_total: ["counter", "source_type", "organization"],
  active_incidents: ["gauge", "severity"],
  db_connections_active: ["gauge"],
  db_query_duration_seconds: ["histogram", "query_type"],
  cache_hits_total: ["counter"],
  cache_misses_total: ["counter"],
  integration_requests_total: ["counter", "integration", "status"],
} as const;

/** How many unknown paths and products are tried; a bounded set has room for fewer. */
const strangers = 40;
/** How many values more a bounded label may get from them. */
const allowance = 5;

/** Metrics, as Prometheus scrapes them. */
export const metrics: Clause[] = [
  {
    id: "metrics.format",
    title: "GET /metrics answers 200 without a key, in Prometheus's text format",
    async check(context) {
      const answer = await scrape(context);
      const type = answer.headers.get("content-type") ?? "";
      const { samples, strange } = readExposition(answer.text);
      expect(
        answer.status === 200 && /^text\/plain;.*version=0\.0\.4/.test(type) && samples.length > 0,
        "200, text/plain; version=0.0.4",
        seen(answer),
        "serve the client library's exposition with its content type",
      );
      expect(
        strange.length === 0,
        "samples only",
        strange[0] ?? "",
        "serve what the library wrote",
      );
    },
  },
  ...Object.entries(contract).map(([name, [type, ...labels]]): Clause => ({
    id: `metrics.${name}`,
    title: `${name} is a ${type} with ${labels.length > 0 ? `the labels ${labels.join(", ")}` : "no label"}`,
    async check(context) {
      const { types, samples } = await afterTraffic(context);
      const declared = types.get(name);
      const remedy = "name, type and label it as the contract says; dashboards and alerts do";
      expect(declared === type, `# TYPE ${name} ${type}`, declared ?? "no such metric", remedy);
      const parts = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      for (const sample of samples.filter((one) =>
        parts.some((part) => one.name === name + part),
      )) {
        const had = Object.keys(sample.labels).filter((key) => key !== "le");
        const wanted = [...labels].sort().join(", ");
        expect(had.sort().join(", ") === wanted, `labels: ${wanted}`, had.join(", "), remedy);
      }
    },
  })),
  {
    id: "metrics.requests-counted",
    title: "A request is counted: method, endpoint, status, and how long it took",
    async check(context) {
      const before = await read(context);
      await context.ingest(event());
      const after = await read(context);
      for (const name of ["http_requests_total", "http_request_duration_seconds_count"])
        expect(
          sum(after, name, { method: "POST" }) > sum(before, name, { method: "POST" }),
          `${name}{method="POST"} to grow with a POST`,
          `${sum(after, name, { method: "POST" })} before and after`,
          "count requests as they are answered",
        );
    },
  },
  {
    id: "metrics.events-counted",
    title: "Stored events are counted once, a repeated batch is not",
    async check(context) {
      const name = "events_ingested_total";
      const before = sum(await read(context), name);
      const headers = { "idempotency-key": randomUUID() };
      const body = { events: [event(), event(), event()] };
      await context.ingest(body, headers);
      await context.ingest(body, headers);
      const grown = sum(await read(context), name) - before;
      const remedy = "count what was committed; let nobody else send to this instance meanwhile";
      expect(grown === 3, `${name} to grow by 3`, `by ${grown}`, remedy);
    },
  },
  {
    id: "metrics.routes",
    title: "endpoint is a route: no id and no unknown path is a label",
    async check(context) {
      const { id, unknown } = await context.once("paths", () => paths(context));
      const { samples } = await read(context);
      const raw = samples.find(({ labels }) =>
        Object.values(labels).some((value) => value.includes(id) || value.includes(unknown)),
      );
      expect(
        !raw,
        "routes such as /api/incidents/:id as endpoint",
        `${raw?.name}${JSON.stringify(raw?.labels)}`,
        "label by the route that matched, and by one word where none did",
      );
    },
  },
  {
    id: "metrics.endpoints-bounded",
    title: `${strangers} unknown paths and methods add no series each`,
    async check(context) {
      const series = async () =>
        (await read(context)).samples.filter(({ name }) => name === "http_requests_total").length;
      const before = await series();
      for (let n = 0; n < strangers; n++)
        await context.target.ask(`/unknown-${n}/${randomUUID()}`, { apiKey: null });
      const grown = (await series()) - before;
      const remedy = "label what no route matched by one word";
      expect(grown <= allowance, `at most ${allowance} series more`, `${grown}`, remedy);
    },
  },
  {
    id: "metrics.sources-bounded",
    title: `${strangers} unknown products add no source_type each`,
    async check(context) {
      const types = async () =>
        new Set((await read(context)).samples.map(({ labels }) => labels.source_type)).size;
      const before = await types();
      const products = Array.from({ length: strangers }, () => `product-${randomUUID()}`);
      const batch = products.map((name) => event({ metadata: { product: { name }, uid: name } }));
      await context.ingest({ events: batch });
      const grown = (await types()) - before;
      const remedy = 'keep a list of known products, and count all others as "other"';
      expect(grown <= allowance, `at most ${allowance} values more`, `${grown}`, remedy);
    },
  },
  {
    id: "metrics.no-secret",
    title: "No API key is in the metrics",
    async check(context) {
      const { text } = await scrape(context);
      const keys = [context.apiKey, context.target.otherApiKey].filter((key) => key !== undefined);
      const found = keys.some((key) => text.includes(key));
      expect(!found, "no API key", "one as a label", "label by the organization's name or id");
    },
  },
];

function scrape({ target }: Context) {
  const headers = { accept: "text/plain;version=0.0.4" };
  return target.ask("/metrics", { apiKey: null, headers });
}

async function read(context: Context): Promise<Exposition> {
  return readExposition((await scrape(context)).text);
}

/** A scrape once everything that counts has happened: a read, an incident, a look at an id. */
function afterTraffic(context: Context): Promise<Exposition> {
  return context.once("traffic", async () => {
    await context.once("paths", () => paths(context));
    return read(context);
  });
}

/** Asks for an incident by its id and for a path that is not there. */
async function paths(context: Context): Promise<{ id: string; unknown: string }> {
  const id = (await context.incident().catch(() => undefined)) ?? randomUUID();
  const unknown = `unknown-${randomUUID()}`;
  await context.target.ask(`/api/incidents/${id}`, { apiKey: context.apiKey });
  await context.target.ask(`/${unknown}`);
  return { id, unknown };
}

function sum({ samples }: Exposition, name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter((one) => one.name === name)
    .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((total, { value }) => total + value, 0);
}
