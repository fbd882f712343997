import type { Mutant } from "../mutated";
import { type Broken, answers, at, ingest, memory, one } from "./kit";

/** Changes what /metrics says. */
function scraped(change: (text: string) => string): Mutant {
  return answers(at("/metrics"), (answer) => void (answer.body = change(answer.body)));
}

const metricSeries = (endpoint: string) =>
  `http_requests_total{method="GET",endpoint="${endpoint}",status="200"} 1\n`;

/** Images with a fault in its metrics, each with the clauses that say so. */
export const metricsMutants: Record<string, Broken> = {
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
};
