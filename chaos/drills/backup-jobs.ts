import { claim, type Claim } from "../../lib/claim";
import type { KubernetesObject } from "../../rehearsal/control-plane/api";
import type { Drill, Say } from "../../rehearsal/drill";
import { Volumes, type VolumeClaim } from "../../rehearsal/services/volumes";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { control } from "../control";
import { deleteJobs, runJob, type EndedJob } from "../jobs";
import { measure } from "../measure";
import type { Platform } from "../platform";
import { containerOf, killContainer } from "../pods";
import { requests } from "../requests";
import { scrape } from "../scrape";
import { storedBackup, trustedOf } from "../stored-backup";

const drill = "backup-jobs";
/** Name of the planned release, with which its CronJobs' names begin. */
const release = "database-backup";
/** Database into which the restore goes, and which nobody else uses. */
const restored = "minixdr_rehearsed";

/**
 * The planned CronJobs in the order in which they run here, some beside the server that they restore
 * on. What restores is suspended: people start it, with a database's name.
 */
const planned: { job: string; beside?: string; args?: string[] }[] = [
  { job: "dump" },
  { job: "verify", beside: "scratch-verify" },
  { job: "prune" },
  { job: "drill", beside: "scratch-drill" },
  { job: "state" },
  { job: "restore", args: ["restore", "--database", restored] },
];
const started = planned.flatMap(({ job, beside }) => (beside ? [beside, job] : [job]));
/** Nor this one: it takes the live database's place, which the load is on (tests/images/backup swaps). */
const left = ["swap"];
/** What the exporter tells of. */
const reported = ["dump", "verify", "prune", "drill", "state"];

/** Port of its exporter's figures. */
const exporterPort = 9187;

/** Seconds after which a Job is given up: it hangs. */
const within = 120;
/** Seconds in which volumes have to be gone after their jobs. */
const volumesGone = 30;
/** Seconds that the newest backup may be old at the end: it was made under this load. */
const newestAge = 90;
/** Requests a second of each mode: PostgreSQL is restored three times on the same processors. */
const rate = 30;

export default {
  name: drill,
  title: "The planned backup jobs",
  async run(bed: Bed, say) {
    const { platform } = bed;
    const { nodes, plane } = platform;
    await requireAll(platform);
    let fail!: (error: Error) => void;
    const failure = new Promise<never>((_, reject) => (fail = reject));
    const volumes = await Volumes.start({
      api: plane.api,
      diskOf: (node) => nodes.node(node).disk,
      fail,
    });
    const found: Claim[] = [];
    let remaining: string[];
    try {
      found.push(...(await Promise.race([claims(bed, say), failure])));
    } finally {
      await clean(platform);
      remaining = await volumes.left(volumesGone);
      volumes.end();
    }
    return [
      ...found,
      claim({
        id: `${drill}.volumes`,
        claim: `With a job its volume goes${remaining.map((name) => `; left: ${name}`).join("")}`,
        value: remaining.length,
        unit: "volumes left",
        limit: 0,
      }),
    ];
  },
} satisfies Drill<Bed>;

async function claims(bed: Bed, say: Say): Promise<Claim[]> {
  const { platform, tenant } = bed;
  const controlled = await withoutPassword(platform, say);
  let ended: { job: string; result: EndedJob; disk: string }[] = [];
  let figures = new Map<string, number>();
  const result = await measure(bed, {
    kinds: requests(tenant),
    rate,
    requests: 700,
    fault: async () => {
      await clean(platform); // of a run that was void
      ended = [];
      for (const { job, beside, args } of planned) {
        say(`the job ${job} under load`);
        const both = beside
          ? [
              { job: beside, args: undefined },
              { job, args },
            ]
          : [{ job, args }];
        const results = await Promise.all(
          both.map(({ job, args }) =>
            runJob(platform, { cronJob: `${release}-${job}`, name: nameOf(job), args, within }),
          ),
        );
        for (const [index, result] of results.entries()) {
          const { job } = both[index]!;
          ended.push({ job, result, disk: await disksOf(platform, nameOf(job)) });
          if (!result.complete) throw new Error(`${job} failed: ${result.log.at(-1)}`);
        }
      }
      figures = await figuresOf(platform, say);
      return ended.map(({ result }) => `${result.name}: ${seconds(result.seconds)}`).join(", ");
    },
  });
  return [
    ...(await soundness(bed, drill, result)),
    noneFailed(drill, "While the planned backup jobs run", result),
    ...ended.map(({ job, result, disk }) =>
      claim({
        id: `${drill}.${job}`,
        claim: `A Job of the planned CronJob ${release}-${job} completes at its first try, in ${seconds(result.seconds)}${disk}`,
        value: result.failures,
        unit: "failed pods",
        limit: 0,
      }),
    ),
    ...(await stored(platform, restoredBackup(ended.at(-1)!.result))),
    ...exported(figures),
    controlled,
  ];
}

/** Takes away what the jobs leave in the cluster and in the database; the bucket keeps its own. */
async function clean(platform: Platform): Promise<void> {
  await deleteJobs(platform, [nameOf("control"), ...started.map(nameOf)]);
  await platform.services.database.writer.sql(`DROP DATABASE IF EXISTS ${restored}`);
}

/** @throws Error when the plan has a CronJob that is not run here, or lacks one. */
async function requireAll({ plane }: Platform): Promise<void> {
  const path = "/apis/batch/v1/namespaces/database/cronjobs";
  const names = (await plane.api.list<KubernetesObject>(path)).map(({ metadata }) => metadata.name);
  const wanted = [...started, ...left].map((job) => `${release}-${job}`);
  if (names.sort().join() !== wanted.sort().join())
    throw new Error(`the plan's CronJobs are ${names.join(", ")}; run are ${wanted.join(", ")}`);
}

/** The same dump with another password on the database's side than the planned Secret has. */
async function withoutPassword(platform: Platform, say: Say): Promise<Claim> {
  const { database, secrets } = platform.services;
  const { username, password } = secrets.database.backup;
  const alter = (to: string) => database.writer.sql(`ALTER ROLE ${username} PASSWORD '${to}'`);
  say("the job dump with a password that the database does not know");
  await alter(`not ${password}`);
  try {
    const one = { cronJob: `${release}-dump`, name: nameOf("control"), within };
    const { complete, failures, log } = await runJob(platform, one);
    const refused = log.filter((line) => line.includes("password authentication failed")).length;
    const failed = (await figuresOf(platform, say)).get(failedSeries("dump"));
    return control(drill, "with a password that the database refuses", {
      failed: !complete && refused > 0 && failed === 1,
      found: `the Job ${complete ? "complete" : "failed"} after ${failures} failed pods, ${refused} of them refused by the database, and an exporter that says failed = ${failed}`,
    });
  } finally {
    await alter(password);
  }
}

/**
 * What an exporter of backups shows. A running one reads the vault once a minute, and a new one at once:
 * the container that has restarted least is killed.
 */
async function figuresOf(platform: Platform, say: Say): Promise<Map<string, number>> {
  const { workloads } = platform;
  const { pods } = workloads.all.find(({ id }) => id === `database/${release}-exporter`)!;
  const before = pods
    .map((pod) => containerOf(pod, "exporter"))
    .sort((a, b) => a.restarts - b.restarts)[0]!;
  const { uid, name } = before.pod.metadata;
  const now = () => workloads.pods.find(({ metadata }) => metadata.uid === uid)!;
  say(`asking the exporter ${name}, started anew`);
  await killContainer(platform, before);
  const old = () => containerOf(now(), "exporter").restarts === before.restarts;
  await workloads.until(() => (old() ? `${name} has not started again` : undefined), within);
  return scrape(platform, now(), exporterPort);
}

/**
 * That what the jobs left in the bucket is a backup, and that no object of it is stored in the clear. It
 * is the one that was restored: the controllers may have made another meanwhile, as it is planned.
 */
async function stored({ services, plan }: Platform, id: string): Promise<Claim[]> {
  const trusted = await trustedOf(services.storage, plan);
  const { manifest, keys, plain, problems } = await storedBackup(services.storage, id, trusted);
  const { tier, dump, facts } = manifest;
  const dumped = facts.rows["minixdr.events"]!;
  const events = "SELECT count(*)::int AS events FROM minixdr.events";
  const [copy] = await services.database.writer.sql<{ events: number }>(events, [], restored);
  return [
    claim({
      id: `${drill}.stored`,
      claim: `The bucket holds ${tier}/${id}: a dump of ${dump.bytes} bytes with ${dumped} events, a signed manifest and the signed word that it restores${problems.map((problem) => `; ${problem}`).join("")}`,
      value: problems.length,
      unit: "problems",
      limit: 0,
    }),
    claim({
      id: `${drill}.encrypted`,
      claim: `Each of its ${keys.length} objects was stored under the planned KMS key; the stand-in keeps the key's name and encrypts nothing`,
      value: plain.length,
      unit: "objects",
      limit: 0,
    }),
    claim({
      id: `${drill}.restored`,
      claim: `The database that the restore made beside the live one holds the dump's ${dumped} events; it has ${copy!.events}`,
      value: Math.abs(copy!.events - dumped),
      unit: "events",
      limit: 0,
    }),
  ];
}

/** Name of the backup that a restore has restored, from its log. */
function restoredBackup({ log }: EndedJob): string {
  const lines = log
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { message: string; id?: string });
  const id = lines.find(({ message }) => message === "restored")?.id;
  if (!id) throw new Error(`the restore names no backup: ${log.at(-1)}`);
  return id;
}

function exported(figures: Map<string, number>): Claim[] {
  const failed = reported.filter((job) => figures.get(failedSeries(job)) !== 0);
  return [
    claim({
      id: `${drill}.exported.newest-age`,
      claim: "The exporter says how old the newest backup is",
      value: figures.get("minixdr_backup_newest_age_seconds") ?? Infinity,
      unit: "s",
      limit: newestAge,
    }),
    claim({
      id: `${drill}.exported.failed`,
      claim: `The exporter says of ${reported.join(", ")} that the last run did not fail${failed.map((job) => `; not of ${job}`).join("")}`,
      value: failed.length,
      unit: "jobs",
      limit: 0,
    }),
  ];
}

/** Of the volumes that a Job's pods claimed, for a claim's text. */
async function disksOf({ plane }: Platform, name: string): Promise<string> {
  const path = "/api/v1/namespaces/database/persistentvolumeclaims";
  const all = await plane.api.list<VolumeClaim>(path);
  return all
    .filter(({ metadata }) => metadata.name.startsWith(`${name}-`))
    .map(
      ({ spec }) =>
        `, on a volume of ${spec.resources.requests.storage} of ${spec.storageClassName}, which a folder of its node stands for`,
    )
    .join("");
}

function failedSeries(job: string): string {
  return `minixdr_backup_job_failed{job_name="${job}"}`;
}

/** Name of the Job that is made of a CronJob. */
function nameOf(job: string): string {
  return `${drill}-${job}`;
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
