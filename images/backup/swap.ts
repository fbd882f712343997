import { connect } from "./database";
import { UsageError } from "./errors";
import type { Log } from "./log";

/**
 * Gives the restored database the live one's name, and the live one `before`. Sessions are ended;
 * pools reconnect to the restored data. Run again with the names exchanged, it is undone.
 *
 * For the master: it gives the restored database, which belongs to the role that restored it, to
 * itself. It enters neither of the two, so nothing that was restored runs as the master.
 */
export async function swap(
  live: string,
  restored: string,
  before: string,
  log: Log,
): Promise<void> {
  const admin = await connect({ database: "postgres" });
  try {
    const { rows } = await admin.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE datname = ANY ($1)",
      [[live, restored, before]],
    );
    const names = rows.map(({ datname }) => datname);
    for (const name of [live, restored])
      if (!names.includes(name))
        throw new UsageError(`database ${name}: it does not exist; list the server's with psql -l`);
    if (names.includes(before))
      throw new UsageError(`database ${before}: it exists; choose another name for the old one`);
    const quote = (name: string) => admin.escapeIdentifier(name);
    // Closed first: a pool that reconnects at once would stand in the way of the new name.
    await admin.query(`ALTER DATABASE ${quote(live)} ALLOW_CONNECTIONS false`);
    try {
      for (const name of [live, restored])
        await admin.query(
          "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1",
          [name],
        );
      await admin.query("BEGIN");
      await admin.query(`ALTER DATABASE ${quote(live)} RENAME TO ${quote(before)}`);
      await admin.query(`ALTER DATABASE ${quote(restored)} RENAME TO ${quote(live)}`);
      await admin.query(`ALTER DATABASE ${quote(live)} OWNER TO CURRENT_USER`);
      await admin.query("COMMIT");
    } catch (error) {
      await admin.query("ROLLBACK");
      throw error;
    } finally {
      const { rows: closed } = await admin.query(
        "SELECT datname FROM pg_database WHERE NOT datallowconn AND datname = ANY ($1)",
        [[live, before]],
      );
      for (const { datname } of closed)
        await admin.query(`ALTER DATABASE ${quote(datname)} ALLOW_CONNECTIONS true`);
    }
    log.info("swapped", { live, before });
  } finally {
    await admin.end();
  }
}
