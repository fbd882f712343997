import { connect } from "./database";
import { readFacts } from "./facts";
import type { Log } from "./log";

/**
 * Looks at a database that was restored to a point in time: it has tables, and its canary row is
 * not younger than that time.
 */
export async function inspect(notAfter: Date, log: Log): Promise<void> {
  const client = await connect();
  try {
    const { rows, canary } = await readFacts(client);
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
