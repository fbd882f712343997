import { pointInTime, recoveryPoint, recoveryTime, stateDays } from "../../declared/recovery";
import { writers } from "../../budgets/failover";
import { demandsCopies } from "../../model/alone";
import { inWords } from "../../model/duration";
import { databaseCluster } from "../../model/database";
import { cronJob } from "../../model/kubernetes";
import { isTrue, mismatch } from "../../model/expectation";
import { at, numberAt, type Resource } from "../../model/resource";
import databaseAutomatedBackupsKept from "../../rules/database/database-automated-backups-kept";
import databaseBackupCopy from "../../rules/database/database-backup-copy";
import databaseBackupRetention from "../../rules/database/database-backup-retention";
import databaseDeletionProtection from "../../rules/database/database-deletion-protection";
import databaseFinalSnapshot from "../../rules/database/database-final-snapshot";
import { broken } from "../chain";
import type { Break, Line } from "../line";
import { jobOf, variables, type Job } from "./jobs";
import { held, keyed, toldOf, type Question } from "./links";
import { copied, daysOf, kept, replica } from "./vault";

const backupsCopy =
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";

/** S3's promise of the copy in another Region, seconds; the rule on replication demands it. */
const replicated = 15 * 60;

/** Whether the stack promises that data outlives its Region. */
const leavesRegion = ({ settings }: Question) => demandsCopies(settings);

/** The database's rows, by AWS's own backups. */
export function byPointInTime(question: Question): Line[] {
  return writers(question.stack).map((database) => {
    const isCluster = database.type === databaseCluster;
    const days = String(at(database.properties, "backupRetentionPeriod"));
    const copy = question.stack.pointingAt(database, backupsCopy, "sourceDbInstanceArn")[0];
    return {
      of: question.of,
      cells: [
        `automated backups of ${database.name}`,
        `${inWords(pointInTime)} (AWS)`,
        `any moment of ${days} days, into a new server`,
        isCluster ? "no: AWS cannot; by the dumps" : String(copy?.properties.region ?? "no"),
        "people, every quarter",
        "nobody: AWS has no event of it that is subscribed",
      ],
      broken: [
        ...held(question, "schedule of", database, databaseBackupRetention),
        ...broken(question.of, "encryption of", database, [
          mismatch(database.properties, "storageEncrypted", isTrue),
        ]),
        ...keyed(question, database, "kmsKeyId"),
        ...held(
          question,
          "lifecycle of",
          database,
          databaseDeletionProtection,
          databaseFinalSnapshot,
          ...(isCluster ? [] : [databaseAutomatedBackupsKept]),
        ),
        ...(isCluster || !leavesRegion(question)
          ? []
          : [
              ...held(question, "copy of", database, databaseBackupCopy),
              ...(copy ? keyed(question, copy, "kmsKeyId") : []),
            ]),
      ],
    };
  });
}

/** The database's rows, by dumps in the vault. */
export function byDumps(question: Question): Line {
  const dump = jobOf(question, "dump");
  const verify = jobOf(question, "verify");
  const drill = jobOf(question, "drill");
  const restore = jobOf(question, "restore");
  const told = ["no new backup is made", "a backup fails", "no backup is known to restore"];
  return {
    of: question.of,
    cells: [
      `dumps in ${dump.vault?.name ?? "no vault"}`,
      `${inWords(dump.every)} and the dump's own time`,
      `the newest or any verified one, within ${inWords(recoveryTime)}`,
      elsewhere(dump.vault, question),
      `a restore every ${inWords(verify.every)}, a drill every ${inWords(drill.every)}`,
      told.join(", "),
    ],
    broken: [
      ...dump.broken,
      ...inVault(dump, question),
      ...intoOtherRegion(dump, question),
      ...verified(dump, [verify, drill], question),
      ...served(verify, "verify", question),
      ...served(drill, "drill", question),
      ...restore.broken,
      ...objectives(drill, question),
      ...toldOf(question, ...told),
    ],
  };
}

/** The stack's own configuration, archived beside the dumps. */
export function configuration(question: Question): Line {
  const state = jobOf(question, "state");
  const days = state.vault ? daysOf(state.vault, "state/", question) : NaN;
  return {
    of: question.of,
    cells: [
      `archives in ${state.vault?.name ?? "no vault"}`,
      inWords(state.every),
      `any of ${days} days, and the repository`,
      elsewhere(state.vault, question),
      "nobody: it is read by people",
      "a backup fails",
    ],
    broken: [
      ...state.broken,
      ...inVault(state, question),
      ...(state.vault && !(days >= stateDays)
        ? broken(question.of, "lifecycle of", state.vault, [
            `what is below state/ ends after ${days} days; it must be ${stateDays} or more`,
          ])
        : []),
      ...toldOf(question, "a backup fails"),
    ],
  };
}

function elsewhere(vault: Resource | undefined, question: Question): string {
  const copy = vault && replica(vault, question);
  return copy ? `${String(copy.properties.region)}, ${inWords(replicated)} later` : "no";
}

function inVault({ vault }: Job, question: Question): Break[] {
  if (!vault) return [];
  return [...kept(question, vault), ...(leavesRegion(question) ? copied(question, vault) : [])];
}

/** A cluster has no other copy in another Region: what gets there has to be young enough. */
function intoOtherRegion({ cron, every }: Job, question: Question): Break[] {
  const limit = recoveryPoint[question.settings.tier];
  const isCluster = writers(question.stack).some(({ type }) => type === databaseCluster);
  if (question.settings.alone) return [];
  if (!cron || !isCluster || every + replicated < limit) return [];
  return broken(question.of, "copy of", cron, [
    `it is ${inWords(every + replicated)} old in the other Region; it must be less than ${inWords(limit)}`,
  ]);
}

/** Verified is what was dumped, not something else. */
function verified(dump: Job, jobs: Job[], { of }: Question): Break[] {
  return jobs.flatMap(({ cron, vault, broken: breaks }) => [
    ...breaks,
    ...(cron && vault && dump.vault && vault !== dump.vault
      ? broken(of, "verification by", cron, [`it reads ${vault.name}, not ${dump.vault.name}`])
      : []),
  ]);
}

/** It restores on a server that waits for it half an hour, and so has to be started with it. */
function served({ cron }: Job, kind: string, { of, stack }: Question): Break[] {
  if (!cron) return [];
  const server = stack.ofType(cronJob).find(({ name }) => name.endsWith(`-scratch-${kind}`));
  const schedule = (job: Resource) => at(job.properties, "spec.schedule");
  const together =
    server !== undefined &&
    schedule(server) === schedule(cron) &&
    at(server.properties, "spec.suspend") === at(cron.properties, "spec.suspend");
  return broken(of, "server of", cron, [
    together ? undefined : `no scratch-${kind} starts with it, on which it restores`,
  ]);
}

/** What a drill holds its figures to. */
function objectives({ cron }: Job, { of, settings }: Question): Break[] {
  if (!cron) return [];
  const over = (name: string, limit: number) => {
    const values = variables(cron, name);
    const within = values.length === 1 && numberAt(values, "0") <= limit;
    return within ? undefined : `${name} is ${values.join(", ")}; it must be ${limit} or less`;
  };
  return broken(of, "verification by", cron, [
    over("RPO_LIMIT_SECONDS", recoveryPoint[settings.tier]),
    over("RTO_LIMIT_SECONDS", recoveryTime),
  ]);
}
