import { readFileSync } from "node:fs";
import type { DatabaseSettings } from "../../images/backend/database";
import { UsageError } from "../../lib/ends";

/** The name in PgBouncer's certificate. */
const poolerName = "pgbouncer.database.svc.cluster.local";

/**
 * Where the pool is, from libpq's own variables; the runbook sets them.
 *
 * @throws UsageError that names the variable that is missing or wrong.
 */
export function poolSettings(): DatabaseSettings {
  return {
    ca: certificate(variable("PGSSLROOTCERT")),
    host: variable("PGHOST"),
    port: Number(process.env.PGPORT ?? 6432),
    serverName: poolerName,
    database: "minixdr",
    user: variable("PGUSER"),
    password: variable("PGPASSWORD"),
  };
}

function certificate(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`PGSSLROOTCERT: ${(error as Error).message}: name PgBouncer's ca.crt`);
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new UsageError(
      `${name}: it is not set: set it as docs/runbooks/database-failover.md says`,
    );
  return value;
}
