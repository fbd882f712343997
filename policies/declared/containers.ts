/** A container: which of our images it runs, and what that is told to do, as one line. */
interface Told {
  image: string;
  /** Empty: what the image does by itself. */
  does: string;
  /** Secret of the role as which it speaks to the database; absent: to none by itself, or as many. */
  as?: string;
  /** The rule that says where it has to be; elsewhere it may not. Absent: it always has to. */
  where?: string;
}
type Containers = Record<string, Told>;

const one = (image: string, does = ""): Told => ({ image, does });
/** As a role of the database: a restore that only reads restores nothing. */
const as = (role: string, containers: Containers): Containers =>
  Object.fromEntries(
    Object.entries(containers).map(([name, told]) => [name, { ...told, as: role }]),
  );
const where = (rule: string, told: Told): Told => ({ ...told, where: rule });
const job = (...commands: string[]): Containers =>
  Object.fromEntries(commands.map((does) => [does.split(" ")[0]!, one("backup", does)]));

/**
 * Every container of our own charts, by object. One that is missing does not do its part, and one that
 * does something else does nothing of it; both start well. `…` stands for an address that the rule of
 * addresses judges.
 */
export const declaredContainers: Record<string, Containers> = {
  "mini-xdr/mini-xdr-backend": { backend: one("backend") },
  "mini-xdr/mini-xdr-frontend": { frontend: one("frontend") },
  "mini-xdr/mini-xdr-migrations": { migrations: one("backend", "migrate") },
  "monitoring/edge-metrics": {
    exporter: one(
      "edge-exporter",
      "--config.file=/etc/edge-metrics/config.yaml --scraping-interval=60",
    ),
  },
  "database/pgbouncer": {
    pgbouncer: one("pgbouncer", "/usr/bin/pgbouncer /etc/pgbouncer/pgbouncer.ini"),
    reconnect: one("pgbouncer", "/bin/sh /etc/reconnect/reconnect.sh …"),
    exporter: one("pgbouncer-exporter"),
    entries: where(
      "pooler-topology",
      one("pgbouncer", "/usr/bin/touch /var/run/pgbouncer/entries.ini"),
    ),
    topology: where("pooler-topology", one("pooler")),
  },
  "database/database-bootstrap-1": {
    psql: one("backup", "psql --no-psqlrc --file /bootstrap/roles.sql"),
  },
  "database/database-backup-exporter": { exporter: one("backup", "exporter --port 9187") },
  "database/database-backup-dump": as("database-backup", job("dump")),
  "database/database-backup-verify": job("verify"),
  "database/database-backup-prune": job("prune"),
  "database/database-backup-drill": job("drill"),
  "database/database-backup-scratch-verify": job("scratch --port 5432"),
  "database/database-backup-scratch-drill": job("scratch --port 5432"),
  "database/database-backup-state": job("state /state/stack-configuration"),
  // What runs a dump is not the master, and what is the master runs no dump.
  "database/database-backup-restore": as("database-restore", job("restore")),
  "database/database-backup-swap": as("database-master", job("swap")),
};
