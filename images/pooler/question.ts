import type { Answer } from "./decide";

/**
 * One round trip that `pg_monitor` may ask of writer and standby alike. Of a standby the newest
 * timeline that it has seen: by what it receives, else by its control file. A writer's is in the name
 * of the segment that it writes; its control file knows it only after the next checkpoint.
 *
 * PostgreSQL 15, "System Information Functions" and "pg_stat_wal_receiver": all is open to everybody
 * but the receiver's row, which `pg_read_all_stats` opens, a part of `pg_monitor`.
 */
export const question = `
  SELECT control.system_identifier::text AS system,
         host(inet_server_addr()) AS server,
         state.standby,
         CASE WHEN state.standby
           THEN greatest(receiver.receive_start_tli, receiver.received_tli,
                         recovery.min_recovery_end_timeline, point.timeline_id)::text
           ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
         END AS timeline,
         coalesce(receiver.status = 'streaming', false) AS streaming,
         CASE WHEN NOT state.standby THEN 0
              WHEN receiver.status = 'streaming'
               AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
              ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
         END::float8 AS lag
    FROM (SELECT pg_is_in_recovery() AS standby) AS state,
         pg_control_system() AS control,
         pg_control_checkpoint() AS point,
         pg_control_recovery() AS recovery
         LEFT JOIN pg_stat_wal_receiver AS receiver ON true`;

/** Largest number of a timeline; PostgreSQL counts them in 32 bits. */
const lastTimeline = 0xffffffff;

/** What a server answered, or undefined where that is no answer to the {@link question}. */
export function answerOf(row: unknown, at: number): Answer | undefined {
  const { system, server, standby, timeline, streaming, lag } = (row ?? {}) as Record<
    string,
    unknown
  >;
  if (typeof system !== "string" || !/^\d{1,20}$/.test(system)) return undefined;
  if (typeof server !== "string" || server === "") return undefined;
  if (typeof standby !== "boolean" || typeof streaming !== "boolean") return undefined;
  if (typeof timeline !== "string" || !/^[\dA-F]{1,10}$/.test(timeline)) return undefined;
  const number = parseInt(timeline, standby ? 10 : 16);
  if (!(number >= 1 && number <= lastTimeline)) return undefined;
  const behind = typeof lag === "number" && lag >= 0 ? lag : Infinity;
  return { at, system, server, standby, timeline: number, streaming, lag: behind };
}
