/** What a container is told to do, as one line; empty: what its image does by itself. */
type Told = Record<string, string>;

const job = (...commands: string[]): Told =>
  Object.fromEntries(commands.map((command) => [command.split(" ")[0]!, command]));

/**
 * Every container of our own charts, by object. One that is missing does not do its part, and one that
 * does something else does nothing of it; both start well. `…` stands for an address that the rule of
 * addresses judges.
 */
export const declaredContainers: Record<string, Told> = {
  "mini-xdr/mini-xdr-backend": { backend: "" },
  "mini-xdr/mini-xdr-frontend": { frontend: "" },
  "mini-xdr/mini-xdr-migrations": { migrations: "migrate" },
  "monitoring/edge-metrics": {
    exporter: "--config.file=/etc/edge-metrics/config.yaml --scraping-interval=60",
  },
  "database/pgbouncer": {
    pgbouncer: "/usr/bin/pgbouncer /etc/pgbouncer/pgbouncer.ini",
    reconnect: "/bin/sh /etc/reconnect/reconnect.sh …",
    exporter: "",
  },
  "database/database-bootstrap-1": { psql: "psql --no-psqlrc --file /bootstrap/roles.sql" },
  "database/database-backup-exporter": { exporter: "exporter --port 9187" },
  "database/database-backup-dump": job("dump"),
  "database/database-backup-verify": job("verify", "prune"),
  "database/database-backup-drill": job("drill"),
  "database/database-backup-state": job("state /state/stack-configuration"),
  "database/database-backup-restore": job("restore"),
};
