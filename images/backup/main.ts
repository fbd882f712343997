import { tmpdir } from "node:os";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { drill } from "./drill";
import { dump } from "./dump";
import { UsageError } from "./errors";
import { exporter } from "./exporter";
import { inspect } from "./inspect";
import { logOf } from "./log";
import { CloudWatch, jobs, keepOutcome, type Job } from "./metrics";
import { prune } from "./prune";
import { restore, swap } from "./restore";
import { archiveState } from "./state";
import { Vault } from "./vault";
import { verify } from "./verify";

interface Common {
  bucket: string;
  kmsKey: string;
  stack: string;
  work: string;
}

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));

const program = new Command("backup")
  .description("Backups of mini-xdr's database that are known to restore.")
  .addOption(new Option("--bucket <name>", "the vault").env("BACKUP_BUCKET").makeOptionMandatory())
  .addOption(
    new Option("--kms-key <arn>", "encrypts it").env("BACKUP_KMS_KEY").makeOptionMandatory(),
  )
  .addOption(
    new Option("--stack <name>", "such as mini-xdr-prod").env("STACK_NAME").makeOptionMandatory(),
  )
  .addOption(new Option("--work <folder>", "for large files").env("WORK_FOLDER").default(tmpdir()))
  .allowExcessArguments(false)
  .configureOutput({ writeErr: () => {} })
  .exitOverride();

command("dump", "dump the database into the vault, as a standby has it or else the writer")
  .addOption(new Option("--reader <host>", "host of the standbys").env("READER_HOST"))
  .action(({ reader }: { reader?: string }) =>
    job("dump", async ({ log, vault, stack }) => {
      await dump({ vault, stack, reader, log, signal: stop.signal });
    }),
  );
command("state <folders...>", "archive folders as one").action((folders: string[]) =>
  job(
    "state",
    async ({ log, vault }) => void (await archiveState(vault, folders, log, stop.signal)),
  ),
);
command("verify", "restore the newest backup into a PostgreSQL of its own, and compare")
  .option("--backup <id>", "another one than the newest")
  .action(({ backup: id }: { backup?: string }) =>
    job("verify", async ({ log, vault, work }) => {
      await verify({ vault, id, work, log, signal: stop.signal });
    }),
  );
command(
  "prune",
  "let expire what the promise of 7 daily, 4 weekly and 6 monthly does not keep",
).action(() => job("prune", async ({ log, vault }) => void (await prune(vault, log))));
command("drill", "restore from the vault alone, and measure RPO and RTO")
  .addOption(seconds("--rpo-limit <seconds>", "RPO_LIMIT_SECONDS"))
  .addOption(seconds("--rto-limit <seconds>", "RTO_LIMIT_SECONDS"))
  .option("--json <file>", "write the report there")
  .option("--results <file>", "append a row to the table that ends this document")
  .action(({ rpoLimit, rtoLimit, json, results }: DrillFlags) =>
    job("drill", async ({ log, vault, stack, work }) => {
      const objectives = { rpoSeconds: rpoLimit, rtoSeconds: rtoLimit };
      const { claims } = await drill({
        vault,
        stack,
        objectives,
        json,
        results,
        work,
        log,
        signal: stop.signal,
      });
      const missed = claims.filter(({ holds }) => !holds);
      if (missed.length > 0)
        throw new Error(
          `drill: ${missed.map(({ id, value, limit }) => `${id} is ${value} s, limit ${limit} s`).join("; ")}`,
        );
    }),
  );
command("restore", "restore a backup into a new database on the server")
  .requiredOption("--database <name>", "its name")
  .addOption(new Option("--backup <id>", "this backup").conflicts(["before", "newest"]))
  .addOption(
    new Option("--before <time>", "the newest verified backup up to this time")
      .argParser(time)
      .conflicts("newest"),
  )
  .option("--newest", "the newest complete backup, which this restore itself verifies", false)
  .option("--replace-existing", "drop a database of that name first", false)
  .action(({ database, backup: id, before, newest, replaceExisting: replace }) =>
    plain("restore", async ({ log, vault, work }) => {
      await restore({
        vault,
        database,
        id,
        before,
        newest,
        replace,
        work,
        log,
        signal: stop.signal,
      });
    }),
  );
command("swap", "give a restored database the live one's name")
  .requiredOption("--live <name>", "the live database")
  .requiredOption("--restored <name>", "the one that takes its name")
  .requiredOption("--before <name>", "the live one's new name")
  .action(({ live, restored, before }) =>
    plain("swap", ({ log }) => swap(live, restored, before, log)),
  );
command("inspect", "look at a database that was restored to a point in time")
  .requiredOption("--not-after <time>", "what its canary row may not be younger than", time)
  .action(({ notAfter }: { notAfter: Date }) =>
    plain("inspect", ({ log }) => inspect(notAfter, log)),
  );
command("list", "show the vault's backups, oldest first").action(() =>
  plain("list", async ({ log, vault }) => {
    for (const { manifest, verification } of await vault.backups())
      log.info(manifest.id, {
        tier: manifest.tier,
        bytes: manifest.dump.bytes,
        verified: verification ? (verification.holds ? "yes" : "bad") : "no",
      });
  }),
);
command("exporter", "serve the vault's figures to Prometheus, and send them to CloudWatch")
  .addOption(seconds("--port <port>", "METRICS_PORT").default(9187))
  .action(({ port }: { port: number }) =>
    plain("exporter", ({ log, vault, stack }) => exporter(vault, stack, port, log, stop.signal)),
  );

interface DrillFlags {
  rpoLimit: number;
  rtoLimit: number;
  json?: string;
  results?: string;
}

interface Context extends Common {
  log: ReturnType<typeof logOf>;
  vault: Vault;
}

async function plain(name: string, work: (context: Context) => Promise<void>): Promise<void> {
  const common = program.opts<Common>();
  await work({ ...common, log: logOf(name), vault: new Vault(common.bucket, common.kmsKey) });
}

/** Runs a job and keeps how it ended, in the vault and in CloudWatch; neither may hide its error. */
async function job(name: Job, work: (context: Context) => Promise<void>): Promise<void> {
  const started = Date.now();
  await plain(name, async (context) => {
    const failure = await work(context).then(
      () => undefined,
      (error: Error) => error,
    );
    const outcome = {
      at: new Date().toISOString(),
      holds: !failure,
      seconds: (Date.now() - started) / 1000,
      error: failure?.message ?? "",
    };
    const reports = [
      keepOutcome(context.vault, name, outcome),
      new CloudWatch(context.stack).jobEnded(name, outcome),
    ];
    for (const report of await Promise.allSettled(reports))
      if (report.status === "rejected")
        context.log.error("the outcome could not be reported", {
          error: String(report.reason.message),
        });
    if (failure) throw failure;
  });
}

function command(usage: string, description: string): Command {
  return program.command(usage).description(description).allowExcessArguments(false);
}

function seconds(flags: string, variable: string): Option {
  return new Option(flags).env(variable).argParser(wholeNumber).makeOptionMandatory();
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a whole number above 0 is wanted.");
  return Number(text);
}

function time(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime()) || !/(Z|[+-]\d\d:\d\d)$/.test(text))
    throw new InvalidArgumentError("a time with its zone is wanted, such as 2026-11-23T02:00:00Z.");
  return parsed;
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
