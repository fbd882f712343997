import { equals, matches } from "../../model/expectation";
import { fixed, free, identity, judged, only, type Declaration } from "../declaration";

/** An environment variable with a value of its own. */
const value = (declared: Declaration) => ({ name: judged("declared-properties"), value: declared });
/** One that a Secret holds: a name that does not exist keeps the pod from starting. */
const secret = (name: string, key: string) => ({
  name: judged("declared-properties"),
  valueFrom: { secretKeyRef: { name: fixed(name), key: fixed(key) } },
});

const address = only(
  matches(
    /^[a-z0-9-]+\.(cluster-)?(?!ro-)[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com$/,
    "the writer's own address",
  ),
  "an instance's address stays behind at a failover",
);
/** A name with a part that a first preview does not know yet. */
const onceRendered = (pattern: RegExp, says: string) => ({
  says,
  accepts: (text: unknown) => text === "unknown" || pattern.test(String(text)),
});
/** A lost stack's key, by the alias that it gave: nothing else counts its backups. */
function lostKey(purpose: string) {
  return value(
    only(
      onceRendered(
        new RegExp(`^arn:aws[\\w-]*:kms:[a-z0-9-]+:\\d{12}:alias/mini-xdr-[a-z0-9-]+-${purpose}$`),
        "the alias of its replica here",
      ),
      "its backups count by no other",
    ),
  );
}
/** A key of the stack that signs: the release's value is held to it, by the rule of addresses. */
const signingKey = value(
  only(
    onceRendered(/^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/mrk-[0-9a-f]+$/, "a multi-Region key"),
    "no backup counts by another",
  ),
);
const deadline = only(
  matches(/^([5-9]|[1-5]\d|60)$/, "5 to 60 s"),
  "a connection that waits longer hides an outage",
);

/** Variables of libpq, as every job that speaks to the database has them. */
const postgres = (user: string): Record<string, Declaration> => ({
  PGHOST: value(address),
  PGPORT: value(fixed("5432")),
  PGDATABASE: value(free(identity)),
  PGSSLMODE: value(only(equals("verify-full"), "a server that is not verified may be any")),
  PGSSLROOTCERT: value(fixed("/certificates/ca.pem")),
  PGCONNECT_TIMEOUT: value(deadline),
  PGUSER: secret(user, "username"),
  PGPASSWORD: secret(user, "password"),
});

const seconds = (most: number, why: string) =>
  value(
    only(
      {
        says: `from 600 to ${most} s`,
        accepts: (text) =>
          typeof text === "string" &&
          /^\d+$/.test(text) &&
          Number(text) >= 600 &&
          Number(text) <= most,
      },
      why,
    ),
  );

/** Of the backup image. */
const backup: Record<string, Declaration> = {
  STACK_NAME: value(free(identity)),
  BACKUP_BUCKET: value(
    only(
      onceRendered(/-backups-\d{12}$/, "the stack's own vault"),
      "the job has no right to another",
    ),
  ),
  BACKUP_KMS_KEY: value(free("the key that the job's rights name, or it fails at once")),
  AWS_REGION: value(free("the bucket's own, or the job fails at once")),
  MANIFEST_KEY: signingKey,
  VERIFICATION_KEY: signingKey,
  // Of the stack whose place this one takes, by the names that it gave.
  LOST_STACK_NAME: value(free(identity)),
  LOST_BUCKET: value(
    only(onceRendered(/-backups-recovery-\d{12}$/, "a lost stack's copy"), "there is no other"),
  ),
  LOST_MANIFEST_KEY: lostKey("backup-manifests"),
  LOST_VERIFICATION_KEY: lostKey("backup-verifications"),
  WORK_FOLDER: value(fixed("/work")),
  RPO_LIMIT_SECONDS: seconds(93600, "backups that are older than a day must be reported"),
  RTO_LIMIT_SECONDS: seconds(14400, "a restore that takes longer must be reported"),
};

/** Of which role, the rule declared-containers says. */
function loginOfJob(key: string): Declaration {
  return {
    name: judged("declared-properties"),
    valueFrom: {
      secretKeyRef: {
        name: fixed("database-backup", "database-master", "database-restore"),
        key: fixed(key),
      },
    },
  };
}

/** Of database-backup's jobs: each speaks to the database as a role of its own. */
export const ofBackups: Record<string, Declaration> = {
  ...backup,
  ...postgres("database-backup"),
  READER_HOST: value(
    only(
      onceRendered(
        /^[a-z0-9-]+\.(cluster-ro-)?[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com$/,
        "a reader",
      ),
      "at the writer's own address every dump would first look for a standby in vain",
    ),
  ),
  SCRATCH_HOST: value(
    only(
      matches(
        /^database-backup-scratch-(verify|drill)\.database\.svc\.cluster\.local$/,
        "the server of the job's own",
      ),
      "what a backup brings would run elsewhere",
    ),
  ),
  SCRATCH_PORT: value(fixed("5432")),
  SCRATCH_OWNER_PASSWORD: secret("database-scratch", "owner"),
  SCRATCH_RESTORER_PASSWORD: secret("database-scratch", "restorer"),
  PGUSER: loginOfJob("username"),
  PGPASSWORD: loginOfJob("password"),
};

/** Of the jobs that make roles and migrate. */
export const ofJobs: Record<string, Declaration> = {
  ...postgres("database-master"),
  ...Object.fromEntries(
    ["migrations", "app", "read-only", "backup", "exporter", "restore"].flatMap((role) => {
      const prefix = role.toUpperCase().replace("-", "_");
      return [
        [`${prefix}_USER`, secret("database-verifiers", `${role}.username`)],
        [`${prefix}_VERIFIER`, secret("database-verifiers", `${role}.verifier`)],
        [`${prefix}_CLONE_VERIFIER`, secret("database-verifiers", `${role}.clone-verifier`)],
      ];
    }),
  ),
  EXPORTER_CONNECTIONS: value(judged("pooler-topology")),
  DATABASE_HOST: value(address),
  DATABASE_PORT: value(fixed("5432")),
  DATABASE_NAME: value(free(identity)),
  DATABASE_CA_FILE: value(fixed("/etc/database-ca/ca.pem")),
  DATABASE_USER: secret("database-migrations", "username"),
  DATABASE_PASSWORD: secret("database-migrations", "password"),
};

/** Of everything that keeps running: it reaches the database through the pooler only. */
export const ofDeployments: Record<string, Declaration> = {
  ...backup,
  LOG_LEVEL: value(fixed("info", "warning", "error")),
  DATABASE_HOST: value(
    only(
      equals("pgbouncer.database.svc.cluster.local"),
      "past the pooler a failover is as slow as the driver",
    ),
  ),
  DATABASE_PORT: value(fixed("6432")),
  DATABASE_NAME: value(fixed("minixdr")),
  // The pool on the replicas, as pgbouncer.ini has it.
  DATABASE_READ_ONLY_NAME: value(fixed("minixdr_ro")),
  DATABASE_CA_FILE: value(fixed("/etc/database-ca/ca.crt")),
  DATABASE_USER: secret("database-app", "username"),
  DATABASE_PASSWORD: secret("database-app", "password"),
  DATABASE_READ_ONLY_USER: secret("database-read-only", "username"),
  DATABASE_READ_ONLY_PASSWORD: secret("database-read-only", "password"),
  CACHE_HOST: value(
    only(
      matches(/^master\./, "the cache's primary endpoint"),
      "a node's address stays behind at a failover",
    ),
  ),
  CACHE_PORT: value(fixed("6379")),
  CACHE_TOKEN: secret("cache", "token"),
  // The pooler's own helpers, in its pod.
  PGHOST: value(fixed("/var/run/pgbouncer")),
  PGPORT: value(fixed("6432")),
  PGUSER: value(fixed("pgbouncer")),
  PGDATABASE: value(fixed("pgbouncer")),
  PGPASSWORD: secret("pgbouncer-exporter", "password"),
  TOPOLOGY_CONFIG: value(fixed("/etc/topology/pgbouncer.ini")),
  TOPOLOGY_RUN: value(fixed("/var/run/pgbouncer")),
  TOPOLOGY_WRITER: value(fixed("minixdr")),
  TOPOLOGY_READER: value(fixed("minixdr_ro")),
  TOPOLOGY_ENDPOINTS: value(judged("pooler-topology")),
  TOPOLOGY_CA_FILE: value(fixed("/etc/database-ca/ca.pem")),
  TOPOLOGY_USER: secret("pgbouncer-topology", "username"),
  TOPOLOGY_PASSWORD: secret("pgbouncer-topology", "password"),
  PGBOUNCER_EXPORTER_CONNECTION_STRING: value(
    only(matches(/^host=127\.0\.0\.1 /, "a connection within the pod"), "it reports another's"),
  ),
};
