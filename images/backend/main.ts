import { atTermination } from "./termination";
import { once } from "node:events";
import { createServer } from "node:http";
import { Command, CommanderError } from "commander";
import { buildApp } from "./app";
import { Database, type DatabaseSettings } from "./database";
import { log } from "./log";
import { migrate } from "./migrations/migrate";
import { Services } from "./services";
import { readDatabase, readSettings, UsageError, type Settings } from "./settings";
import { createOrganization } from "./tenants";
import { defaultTimeouts } from "./timeouts";

const program = new Command("backend")
  .description("mini-xdr's API. Everything by environment: see charts/mini-xdr/README.md.")
  .allowExcessArguments(false)
  .configureOutput({ writeErr: () => {} })
  .exitOverride()
  .action(() => serve(readSettings(process.env)));

program
  .command("migrate")
  .description("bring the database's schema up to date, as its owner")
  .action(() =>
    asOwner((database) =>
      migrate(database, {
        app: process.env.DATABASE_APP_ROLE,
        readOnly: process.env.DATABASE_READ_ONLY_ROLE,
      }),
    ),
  );

program
  .command("create-organization <name>")
  .description("print an organization's id and a new API key, which nobody can read again")
  .action((name: string) =>
    asOwner(async (database) => print(await createOrganization(database, name))),
  );

program
  .command("openapi")
  .description("print the API's description")
  .action(async () => {
    const { app } = await build(withoutEnvironment());
    print(app.swagger(), () => process.exit(0));
  });

async function build(settings: Settings) {
  const { timeouts } = settings;
  const server = createServer({
    requestTimeout: timeouts.receive,
    headersTimeout: timeouts.receive,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: 1000,
  });
  const services = new Services(settings, server);
  return { server, services, app: await buildApp(server, services) };
}

async function serve(settings: Settings): Promise<void> {
  const { server, services } = await build(settings);
  atTermination(() => {
    log.info("draining");
    services.streams.close();
    void services.drain.run(settings.timeouts.drain, settings.timeouts.silence).then(async () => {
      await services.close();
      log.info("stopped");
      process.exit(0);
    });
  });
  // Probes are answered while the model is loaded.
  server.listen(settings.port, "0.0.0.0");
  await once(server, "listening");
  log.info("listening", { port: settings.port });
  await services.start();
}

/** Migrations and administration work on the database itself, and have time. */
async function asOwner(work: (database: Database) => Promise<void>): Promise<void> {
  const patience = { connectTimeout: 10_000, queryTimeout: 600_000, maxConnections: 1 };
  const database = new Database({ ...readDatabase(process.env), ...patience });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

/** Enough to put up the routes; nothing of it is ever connected to. */
function withoutEnvironment(): Settings {
  const nowhere: DatabaseSettings = {
    host: "localhost",
    port: 1,
    database: "none",
    user: "none",
    password: "none",
    ca: "",
  };
  return {
    port: 1,
    writer: nowhere,
    replica: nowhere,
    cache: { host: "localhost", port: 1, token: "none" },
    timeouts: defaultTimeouts,
    limits: { writes: 1, reads: 1, streams: 1, rate: 1, burst: 1 },
  };
}

function print(value: unknown, done = () => {}): void {
  process.stdout.write(`${JSON.stringify(value)}\n`, done);
}

program.parseAsync().catch((error: Error) => {
  if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
  log.error(error.message.replaceAll(/\s*\n\s*/g, " "));
  process.exit(error instanceof UsageError || error instanceof CommanderError ? 2 : 1);
});
