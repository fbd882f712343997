import { setTimeout } from "node:timers/promises";
import type { Client } from "pg";
import { connect } from "./database";

/** Longest that a standby may be behind the canary row before the writer is read instead, ms. */
const patience = 60_000;
/** Between two looks at how far it is, ms. */
const pause = 250;

/** How far the writer was when it had written the canary row. */
export interface Written {
  /** Position in its log. */
  lsn: string;
  /** By its clock. */
  at: Date;
}

/** A server that a dump reads. */
export interface Source {
  client: Client;
  /** By which libpq reaches the very same server. */
  environment: NodeJS.ProcessEnv;
  /** What is certainly in it; absent: everything up to the snapshot. */
  written?: Written;
}

export async function writtenNow(writer: Client): Promise<Written> {
  const { rows } = await writer.query(
    "SELECT pg_current_wal_insert_lsn()::text AS lsn, clock_timestamp() AS at",
  );
  return rows[0];
}

/**
 * A standby that has replayed what the writer had written. A snapshot is one server's, so whatever
 * the host's name leads to next time, pg_dump has to reach the same one: by its address.
 *
 * @throws when the host does not answer, is no standby, or does not get there in a minute.
 */
export async function standbyWith(
  host: string,
  written: Written,
  signal: AbortSignal,
): Promise<Source> {
  const client = await connect({ host });
  try {
    const until = Date.now() + patience;
    for (;;) {
      const { rows } = await client.query(
        `SELECT host(inet_server_addr()) AS address, pg_is_in_recovery() AS standby,
                coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) AS there`,
        [written.lsn],
      );
      const { address, standby, there } = rows[0];
      if (!standby) throw new Error(`${host} is no standby`);
      const reached = address === null ? {} : { PGHOSTADDR: address };
      if (there)
        return { client, written, environment: { ...process.env, PGHOST: host, ...reached } };
      if (Date.now() > until) throw new Error(`${host} is more than a minute behind`);
      await setTimeout(pause, undefined, { signal });
    }
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}
