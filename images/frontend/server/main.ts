import { termination } from "./termination";
import { join } from "node:path";
import { readAssets } from "./assets";
import { StaticServer } from "./server";

/**
 * How long kept connections may last after SIGTERM, ms: with the 25 s that a pod waits before it,
 * it ends within the pod's grace of 60 s.
 */
const drainLimit = 20_000;

function log(level: "info" | "error", message: string, fields: Record<string, unknown> = {}): void {
  const time = new Date().toISOString();
  process.stdout.write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
}

function portOf(text = "8080"): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Error(`PORT is ${JSON.stringify(text)}: a number from 0 to 65535 is wanted`);
  return port;
}

async function main(): Promise<void> {
  const assets = readAssets(join(__dirname, "page"));
  const server = new StaticServer(assets);
  const port = await server.listen(portOf(process.env.PORT));
  log("info", "serving", { port, files: assets.size });
  log("info", "draining", { signal: await termination });
  await server.drain(drainLimit);
  log("info", "ended");
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    log("error", error.message);
    process.exit(1);
  },
);
