import { connect } from "./database";
import { readFacts, readTables } from "./facts";
import type { Log } from "./log";
import { readRoles } from "./roles";

/**
 * Looks at a database that was restored to a point in time: it has tables, and its canary row is
 * not younger than that time. As a role that only reads, such as `backup`.
 */
export async function inspect(notAfter: Date, log: Log): Promise<void> {
  const client = await connect();
  try {
    const closed = (await readTables(client)).filter(({ unreadable }) => unreadable);
    const names = closed.map(({ name }) => name);
    const roles = await readRoles(client, client.database!);
    const { rows, canary } = await readFacts(client, roles, names);
    const tables = Object.keys(rows).length;
    if (tables === 0) throw new Error(`database ${client.database}: it has no table`);
    if (!canary)
      throw new Error(
        `database ${client.database}: it has no canary row, so its age cannot be told`,
      );
    if (Date.parse(canary.writtenAt) > notAfter.getTime())
      throw new Error(`canary: written at ${canary.writtenAt}, after ${notAfter.toISOString()}`);
    const sum = Object.values(rows).reduce((total, count) => total + count, 0);
    log.info("inspected", { tables, rows: sum, canaryWrittenAt: canary.writtenAt });
  } finally {
    await client.end();
  }
}
