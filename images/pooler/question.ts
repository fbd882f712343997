import type { Answer } from "./decide";

/**
 * One round trip that `pg_monitor` may ask of writer and standby alike.
 *
 * A writer's timeline is in the name of the segment that it writes; its control file knows it only
 * after the next checkpoint. A standby's is the newest that it has heard of: it fetches the history
 * of every timeline that its sender knows before it streams anything, so that one that still catches
 * up on an old timeline from a new writer is not taken for the old one's follower (PostgreSQL 15,
 * walreceiver.c, WalRcvFetchTimeLineHistoryFiles).
 *
 * How far a standby is behind is told by the writer's clock alone, which stamped both the last commit
 * that was replayed and the last message: the standby's own may be minutes off.
 *
 * `pg_ls_waldir` and the receiver's row are for members of `pg_monitor`, all else for everybody
 * (PostgreSQL 15, system_functions.sql and walreceiver.c).
 */
export const question = `
  SELECT control.system_identifier::text AS system,
         host(inet_server_addr()) AS server,
         state.standby,
         CASE WHEN state.standby THEN (
           SELECT max(left(name, 8)) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{8}.history$')
         END AS history,
         CASE WHEN state.standby
           THEN lpad(upper(to_hex(greatest(receiver.receive_start_tli, receiver.received_tli,
                  recovery.min_recovery_end_timeline, point.timeline_id))), 8, '0')
           ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
         END AS timeline,
         coalesce(receiver.status = 'streaming', false) AS streaming,
         CASE WHEN NOT state.standby THEN 0
              WHEN receiver.status = 'streaming'
               AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
              ELSE extract(epoch FROM receiver.last_msg_send_time - pg_last_xact_replay_timestamp())
         END::float8 AS lag
    FROM (SELECT pg_is_in_recovery() AS standby) AS state,
         pg_control_system() AS control,
         pg_control_checkpoint() AS point,
         pg_control_recovery() AS recovery
         LEFT JOIN pg_stat_wal_receiver AS receiver ON true`;

/** What a server answered, or undefined where that is no answer to the {@link question}. */
export function answerOf(row: unknown, at: number): Answer | undefined {
  const { system, server, standby, history, timeline, streaming, lag } = (row ?? {}) as Record<
    string,
    unknown
  >;
  if (typeof system !== "string" || !/^\d{1,20}$/.test(system)) return undefined;
  if (typeof server !== "string" || server === "") return undefined;
  if (typeof standby !== "boolean" || typeof streaming !== "boolean") return undefined;
  const [known, heard] = [timelineOf(timeline), history === null ? 1 : timelineOf(history)];
  if (!known || !heard) return undefined;
  const behind = typeof lag === "number" && lag >= 0 ? lag : Infinity;
  return { at, system, server, standby, timeline: Math.max(known, heard), streaming, lag: behind };
}

/** Eight digits of base 16, as PostgreSQL names files by timelines; the first one is 1. */
function timelineOf(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^[\dA-F]{8}$/.test(text)) return undefined;
  return parseInt(text, 16) || undefined;
}
