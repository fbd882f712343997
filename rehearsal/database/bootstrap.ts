import { dirname, join } from "node:path";
import { output } from "../../lib/processes";
import { tool } from "../../tools";
import type { Logins } from "./logins";

/** Connections of who asks for the topology: here more poolers come and go than the program has. */
const topologyConnections = 40;

/**
 * Runs the chart's `roles.sql` as its job does: psql, as the master, given verifiers and no other
 * password. Rejects with what psql said.
 *
 * @param file the script
 * @param where the server, by libpq's variables
 */
export async function bootstrap(
  file: string,
  logins: Logins,
  where: Record<string, string>,
): Promise<void> {
  const psql = join(dirname(await tool("postgres")), "psql");
  const { username, password } = logins.master;
  await output(psql, ["--no-psqlrc", "--quiet", "--file", file], {
    env: {
      PATH: process.env.PATH,
      PGDATABASE: "minixdr",
      PGUSER: username,
      PGPASSWORD: password,
      // A first writer has no standby yet that a commit could wait for.
      PGOPTIONS: "-c synchronous_commit=local",
      ...logins.environment,
      EXPORTER_CONNECTIONS: String(topologyConnections),
      ...where,
    },
  });
}
