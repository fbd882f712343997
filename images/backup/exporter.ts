import { createServer } from "node:http";
import type { Evidence } from "./evidence";
import type { Log } from "./log";
import { CloudWatch, figures, registryOf } from "./metrics";
import type { Vault } from "./vault";

/** Between two looks at the vault, ms. */
const interval = 60_000;

/**
 * Serves the vault's figures to Prometheus at `/metrics` and sends them to CloudWatch every
 * minute. When the vault cannot be read, `/metrics` answers 503: a figure that is missing raises
 * an alert, one that no longer moves would not. Resolves when `signal` ends it.
 */
export async function exporter(
  vault: Vault,
  evidence: Evidence,
  stack: string,
  port: number,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const cloudWatch = new CloudWatch(stack);
  let latest: { contentType: string; text: string } | undefined;
  const look = async () => {
    try {
      const found = await figures(vault, evidence);
      const registry = registryOf(found);
      latest = { contentType: registry.contentType, text: await registry.metrics() };
      await cloudWatch.send(found);
    } catch (error) {
      latest = undefined;
      log.error("the vault cannot be read", { error: (error as Error).message });
    }
  };
  const server = createServer((request, response) => {
    if (request.url === "/healthz") return void response.end("alive\n");
    if (request.url !== "/metrics") return void response.writeHead(404).end();
    if (!latest) return void response.writeHead(503).end("the vault cannot be read\n");
    response.setHeader("content-type", latest.contentType);
    response.end(latest.text);
  });
  const timer = setInterval(() => void look(), interval);
  const ended = new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    signal.addEventListener("abort", () => server.close(() => resolve()), { once: true });
  });
  try {
    await look();
    server.listen(port, () =>
      log.info("serving metrics", { port: (server.address() as { port: number }).port }),
    );
    await ended;
  } finally {
    clearInterval(timer);
  }
}
