/** A PostgreSQL setting as RDS takes it; a static one waits for the next reboot. */
interface Parameter {
  name: string;
  value: string;
  applyMethod: "immediate" | "pending-reboot";
}

/** Family of the parameter groups; it must equal the engine's major. */
const parameterFamily = "postgres15";

/** A parameter group for every PostgreSQL of the stack, whichever its topology. */
export function parameterGroupArgs({ identifier, maxConnections }: GroupOwner) {
  const namePrefix = `${identifier}-`;
  return { namePrefix, family: parameterFamily, parameters: parameters(maxConnections) };
}

interface GroupOwner {
  identifier: string;
  maxConnections: number;
}

/**
 * The settings of every PostgreSQL of the stack, whichever its topology. `rds.force_ssl` 1 and
 * `password_encryption` scram-sha-256 are the family's own: stated, each preview would plan them
 * again (policies/declared/family-defaults.ts).
 */
function parameters(maxConnections: number): Parameter[] {
  const dynamic = (name: string, value: string) =>
    ({ name, value, applyMethod: "immediate" }) as const;
  const fixed = (name: string, value: string) =>
    ({ name, value, applyMethod: "pending-reboot" }) as const;
  return [
    // Explicit: AWS's default follows the instance's memory, and the pools' sum would not.
    fixed("max_connections", String(maxConnections)),
    fixed("shared_preload_libraries", "pg_stat_statements"),
    dynamic("log_min_duration_statement", "1000"),
    dynamic("log_lock_waits", "1"),
    // A dump of a standby keeps its rows: vacuum waits, as it would for a dump of the writer.
    dynamic("hot_standby_feedback", "1"),
    // The audit: who came and went, and every change of a structure or a right. A password is never
    // in it: who sets one sends a verifier.
    dynamic("log_connections", "1"),
    dynamic("log_disconnections", "1"),
    dynamic("log_statement", "ddl"),
    dynamic("idle_in_transaction_session_timeout", "60000"),
    // The locks of a client that vanished are released within 11 s.
    dynamic("tcp_keepalives_idle", "5"),
    dynamic("tcp_keepalives_interval", "2"),
    dynamic("tcp_keepalives_count", "3"),
  ];
}
