const logins = (duty: string) => [
  `credentials-database-${duty}-password`,
  `credentials-database-${duty}-clone-password`,
];

/**
 * What fills a Secret of the program, by its name: passwords by theirs, all of them and no other. Of a
 * duty it is one of its two logins'.
 */
export const filledBy: Record<string, string[] | { oneOf: string[] }> = {
  // The token that the cache has already taken.
  "application-secret-cache": ["cache-replication-group", "credentials-cache-password"],
  ...ofDuties("application", "app", "migrations", "read-only"),
  ...ofDuties("database-roles", "backup", "restore"),
  "database-roles-secret-database-master": ["credentials-database-master-password"],
  "database-roles-secret-database-verifiers": [
    "app",
    "backup",
    "exporter",
    "migrations",
    "read-only",
    "restore",
  ].flatMap(logins),
  // Of a server that goes with its pod: nobody else knows them.
  "database-backup-secret-database-scratch": [
    "database-backup-scratch-owner-password",
    "database-backup-scratch-restorer-password",
  ],
  "observability-secret-grafana-login": ["observability-grafana-password"],
  "pgbouncer-secret-pgbouncer-exporter": ["credentials-pooler-statistics-password"],
  "pgbouncer-secret-pgbouncer-topology": { oneOf: logins("exporter") },
  "pgbouncer-secret-pgbouncer-tls": ["pgbouncer-certificate", "pgbouncer-key"],
  "pgbouncer-secret-pgbouncer-users": [
    ...["app", "read-only"].flatMap(logins),
    "credentials-pooler-statistics-password",
  ],
};

function ofDuties(component: string, ...duties: string[]): typeof filledBy {
  return Object.fromEntries(
    duties.map((duty) => [`${component}-secret-database-${duty}`, { oneOf: logins(duty) }]),
  );
}
