import { Command, CommanderError, Option } from "commander";
import { drill } from "./drill";
import { dump } from "./dump";
import { UsageError } from "./errors";
import { sayRefused } from "./evidence";
import { exporter } from "./exporter";
import { inspect } from "./inspect";
import { logOf, type Log } from "./log";
import { CloudWatch, jobs, keepOutcome, type Job, type Outcome } from "./metrics";
import {
  commandOf,
  evidenceOf,
  scratchOf,
  scratchPasswords,
  seconds,
  settingsOfLost,
  time,
  vaultOf,
  wholeNumber,
  withLost,
  type Settings,
  type Wanted,
} from "./options";
import { prune } from "./prune";
import { restore } from "./restore";
import { scratch } from "./scratch";
import { SigningKey } from "./signing";
import { archiveState } from "./state";
import { swap } from "./swap";
import type { Vault } from "./vault";
import { verify } from "./verify";

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
const { signal } = stop;

const program = new Command("backup")
  .description("Backups of mini-xdr's database that are known to restore.")
  .configureOutput({ writeErr: () => {} })
  .exitOverride();
const command = (usage: string, description: string, ...wants: Wanted[]) =>
  commandOf(program, usage, description, ...wants);

command(
  "dump",
  "dump the database into the vault, as a standby has it or else the writer",
  "vault",
  "manifestKey",
)
  .addOption(new Option("--reader <host>", "host of the standbys").env("READER_HOST"))
  .action((settings: Settings & { reader?: string }) =>
    job("dump", settings, async (vault, log) => {
      const { stack, reader, manifestKey } = settings;
      const key = new SigningKey(manifestKey);
      await dump({ vault, key, stack, reader, log, signal });
    }),
  );
command("state <folders...>", "archive folders as one", "vault").action(
  (folders: string[], settings: Settings) =>
    job("state", settings, async (vault, log) => {
      await archiveState(vault, folders, log, signal);
    }),
);
command(
  "verify",
  "restore the newest backup on a scratch server, and compare",
  "vault",
  "evidence",
  "scratch",
)
  .option("--backup <id>", "another one than the newest")
  .action((settings: Settings & { backup?: string }) =>
    job("verify", settings, async (vault, log) => {
      await verify({ ...verifying(vault, settings, log), id: settings.backup });
    }),
  );
command(
  "prune",
  "let expire what the promise of 7 daily, 4 weekly and 6 monthly does not keep",
  "vault",
  "evidence",
).action((settings: Settings) =>
  job("prune", settings, async (vault, log) => {
    await prune(vault, evidenceOf(vault, settings), log);
  }),
);
command(
  "drill",
  "restore from the vault alone, and measure RPO and RTO",
  "vault",
  "evidence",
  "scratch",
)
  .addOption(seconds("--rpo-limit <seconds>", "RPO_LIMIT_SECONDS"))
  .addOption(seconds("--rto-limit <seconds>", "RTO_LIMIT_SECONDS"))
  .option("--json <file>", "write the report there")
  .option("--results <file>", "append a row to the table that ends this document")
  .action((settings: Settings & DrillFlags) =>
    job("drill", settings, async (vault, log) => {
      const { stack, rpoLimit, rtoLimit, json, results } = settings;
      const objectives = { rpoSeconds: rpoLimit, rtoSeconds: rtoLimit };
      const to = { stack, objectives, json, results };
      const { claims } = await drill({ ...verifying(vault, settings, log), ...to });
      const missed = claims.filter(({ holds }) => !holds);
      if (missed.length > 0)
        throw new Error(
          `drill: ${missed.map(({ id, value, limit }) => `${id} is ${value} s, limit ${limit} s`).join("; ")}`,
        );
    }),
  );
withLost(
  command("restore", "restore a backup into a new database on the server", "vault", "evidence"),
)
  .requiredOption("--database <name>", "its name")
  .addOption(new Option("--backup <id>", "this backup").conflicts(["before", "newest"]))
  .addOption(
    new Option("--before <time>", "the newest verified backup up to this time")
      .argParser(time)
      .conflicts("newest"),
  )
  .option("--newest", "the newest complete backup, which this restore itself verifies", false)
  .option("--replace-existing", "drop a database of that name first", false)
  .action(async (given: Settings & RestoreFlags) => {
    const settings = given.lost ? settingsOfLost(given) : given;
    const vault = vaultOf(settings);
    const { database, backup: id, before, newest, replaceExisting: replace, work } = given;
    await restore({
      vault,
      evidence: evidenceOf(vault, settings),
      ...{ database, id, before, newest, replace, work },
      log: logOf("restore"),
      signal,
    });
  });
command("swap", "give a restored database the live one's name")
  .requiredOption("--live <name>", "the live database")
  .requiredOption("--restored <name>", "the one that takes its name")
  .requiredOption("--before <name>", "the live one's new name")
  .action(({ live, restored, before }: Record<"live" | "restored" | "before", string>) =>
    swap(live, restored, before, logOf("swap")),
  );
command("scratch", "serve an empty PostgreSQL to one verification")
  .addOption(port("SCRATCH_PORT", 5432))
  .action(async ({ work, port }: Settings & { port: number }) => {
    await scratch({ work, port, passwords: scratchPasswords(), log: logOf("scratch"), signal });
  });
command("inspect", "look at a database that was restored to a point in time")
  .requiredOption("--not-after <time>", "what its canary row may not be younger than", time)
  .action(({ notAfter }: { notAfter: Date }) => inspect(notAfter, logOf("inspect")));
command("list", "show the vault's backups, oldest first", "vault", "evidence").action(
  async (settings: Settings) => {
    const log = logOf("list");
    const { backups, refused } = await evidenceOf(vaultOf(settings), settings).read();
    for (const { manifest, verification } of backups)
      log.info(manifest.id, {
        tier: manifest.tier,
        bytes: manifest.dump.bytes,
        lacking: manifest.lacking.length,
        verified: verification ? (verification.holds ? "yes" : "bad") : "no",
      });
    sayRefused(refused, log);
  },
);
command(
  "exporter",
  "serve the vault's figures to Prometheus, and send them to CloudWatch",
  "vault",
  "evidence",
)
  .addOption(port("METRICS_PORT", 9187))
  .action((settings: Settings & { port: number }) => {
    const vault = vaultOf(settings);
    const { stack, port } = settings;
    return exporter(vault, evidenceOf(vault, settings), stack, port, logOf("exporter"), signal);
  });

interface DrillFlags {
  rpoLimit: number;
  rtoLimit: number;
  json?: string;
  results?: string;
}

interface RestoreFlags {
  database: string;
  backup?: string;
  before?: Date;
  newest: boolean;
  replaceExisting: boolean;
}

/** What verify and drill restore with. */
function verifying(vault: Vault, settings: Settings, log: Log) {
  const evidence = evidenceOf(vault, settings);
  const key = new SigningKey(settings.verificationKey);
  return { vault, evidence, key, scratch: scratchOf(settings), work: settings.work, log, signal };
}

/** Runs a job and keeps how it ended; that may not hide its error. */
async function job(
  name: Job,
  settings: Settings,
  work: (vault: Vault, log: Log) => Promise<void>,
): Promise<void> {
  const started = Date.now();
  const log = logOf(name);
  const vault = vaultOf(settings);
  const failure = await work(vault, log).then(
    () => undefined,
    (error: Error) => error,
  );
  const outcome: Outcome = {
    at: new Date().toISOString(),
    holds: !failure,
    seconds: (Date.now() - started) / 1000,
    error: failure?.message ?? "",
  };
  const reports = [
    keepOutcome(vault, name, outcome),
    // Only the dump may send figures itself; the others' outcomes the exporter reads in the vault.
    ...(name === "dump" ? [new CloudWatch(settings.stack).jobEnded(name, outcome)] : []),
  ];
  for (const report of await Promise.allSettled(reports))
    if (report.status === "rejected")
      log.error("the outcome could not be reported", { error: String(report.reason.message) });
  if (failure) throw failure;
}

function port(variable: string, standard: number): Option {
  return new Option("--port <port>", "where it listens")
    .env(variable)
    .argParser(wholeNumber)
    .default(standard);
}

program.parseAsync().then(
  () => process.exit(0),
  (error: Error) => {
    if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
    const name = process.argv.slice(2).find((word) => (jobs as readonly string[]).includes(word));
    logOf(name ?? "backup").error(error.message.replaceAll(/\s*\n\s*/g, " "));
    process.exit(error instanceof UsageError || error instanceof CommanderError ? 2 : 1);
  },
);
