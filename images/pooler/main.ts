import { Console } from "./console";
import { EntriesFile } from "./entries";
import { Follower } from "./follow";
import { logTo } from "./log";
import { Metrics } from "./metrics";
import { readSettings, UsageError } from "./settings";

const log = logTo(process.stdout);

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const metrics = new Metrics();
  const server = metrics.serve(settings.metricsPort);
  // Blind metrics are no reason to stop following.
  server.on("error", (error) => log("error", "no metrics", { error: error.message }));
  const bouncer = new Console(settings.run, settings.port);
  const follower = new Follower(
    settings,
    bouncer,
    new EntriesFile(settings.entriesFile),
    metrics,
    log,
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => follower.end());
  log("info", "following", { endpoints: settings.endpoints.join(" ") });
  await follower.run();
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    for (const line of error.message.split("\n")) log("error", line);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
