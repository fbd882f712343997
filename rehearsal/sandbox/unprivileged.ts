/**
 * Command prefix that runs a program as an ordinary user: PostgreSQL and PgBouncer refuse
 * root. A user namespace does it as `nobody` (initdb wants a name); the files stay the laboratory's.
 */
export const unprivileged = ["unshare", "--user", "--map-user=65534", "--map-group=65534"];
