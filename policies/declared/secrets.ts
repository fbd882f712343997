/** What fills a Secret of the program, by its name: passwords by theirs, all of them and no other. */
export const filledBy: Record<string, string[]> = {
  "application-secret-cache": ["credentials-cache-password"],
  ...ofRoles("application", "app", "migrations", "read-only"),
  ...ofRoles("database-roles", "app", "backup", "exporter", "master", "migrations", "read-only"),
  "observability-secret-grafana-login": ["observability-grafana-password"],
  "pgbouncer-secret-pgbouncer-exporter": ["credentials-pooler-statistics-password"],
  "pgbouncer-secret-pgbouncer-tls": ["pgbouncer-certificate", "pgbouncer-key"],
  "pgbouncer-secret-pgbouncer-users": [
    "credentials-database-app-password",
    "credentials-database-read-only-password",
    "credentials-pooler-statistics-password",
  ],
};

function ofRoles(component: string, ...roles: string[]): Record<string, string[]> {
  return Object.fromEntries(
    roles.map((role) => [
      `${component}-secret-database-${role}`,
      [`credentials-database-${role}-password`],
    ]),
  );
}
