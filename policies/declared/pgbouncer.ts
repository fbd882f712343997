import { between, equals, isAny, matches, oneOf, type Expectation } from "../model/expectation";

/** A number, as an ini file writes it. */
const number = (least: number, most: number): Expectation => ({
  says: `from ${least} to ${most}`,
  accepts: (text) =>
    typeof text === "string" && /^\d+$/.test(text) && between(least, most).accepts(Number(text)),
});

/**
 * Every key of `pgbouncer.ini`'s section `pgbouncer`. What other rules judge more sharply may be
 * anything here; a key that is not here keeps PgBouncer's own value, and nobody has thought about it.
 */
export const pgbouncerKeys: Record<string, Expectation> = {
  listen_addr: equals("*"),
  listen_port: equals("6432"),
  listen_backlog: number(512, 65535),
  pool_mode: isAny,
  max_client_conn: isAny,
  default_pool_size: number(10, 200),
  reserve_pool_size: number(0, 100),
  max_db_connections: isAny,
  reserve_pool_timeout: number(1, 10),
  server_lifetime: number(300, 86400),
  server_idle_timeout: number(60, 3600),
  query_wait_timeout: isAny,
  max_prepared_statements: number(100, 10000),
  ignore_startup_parameters: equals("extra_float_digits"),
  dns_max_ttl: isAny,
  dns_nxdomain_ttl: isAny,
  server_login_retry: isAny,
  server_connect_timeout: isAny,
  tcp_user_timeout: isAny,
  tcp_keepalive: equals("1"),
  tcp_keepidle: isAny,
  tcp_keepintvl: isAny,
  tcp_keepcnt: number(1, 9),
  auth_type: equals("scram-sha-256"),
  auth_file: equals("/etc/pgbouncer/userlist.txt"),
  client_tls_sslmode: isAny,
  client_tls_cert_file: equals("/etc/pgbouncer-tls/tls.crt"),
  client_tls_key_file: equals("/etc/pgbouncer-tls/tls.key"),
  server_tls_sslmode: isAny,
  server_tls_ca_file: equals("/etc/database-ca/ca.pem"),
  unix_socket_dir: equals("/var/run/pgbouncer"),
  admin_users: equals(""),
  stats_users: equals("pgbouncer_exporter"),
  log_connections: oneOf("0", "1"),
  log_disconnections: oneOf("0", "1"),
};

/** Every key of a line in the section `databases`: no pool has settings of its own. */
export const databaseKeys: Record<string, Expectation> = {
  host: isAny,
  port: equals("5432"),
  dbname: matches(/^\w+$/, "a name"),
};

/**
 * The one line that may include something, and only in the section `databases`: where the sidecar that
 * follows the topology has them lead. The file is the pod's own, in memory.
 */
export const includedEntries = "%include /var/run/pgbouncer/entries.ini";
