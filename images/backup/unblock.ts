import { setTimeout } from "node:timers/promises";
import type { Client, ClientConfig } from "pg";
import { connect } from "./database";
import type { Log } from "./log";

/** A session that has stood in our way for so long is ended, ms: the dump's own patience is twice that. */
const patience = 60_000;
/** Between two looks, ms. */
const pause = 5_000;

/** A session in the way of one of ours. */
interface Blocker {
  /** 0: a prepared transaction, which has no session. */
  pid: number;
  user: string | null;
}

/**
 * While work goes on, ends whoever keeps a session of our own role waiting for a lock: no application
 * may keep the database from being saved. Needs pg_signal_backend, which does not reach superusers;
 * whom it cannot end is named in the log, and the dump gives up by its own time-outs.
 *
 * It asks the session's user, which nobody else can be, not its name, which anybody can take.
 *
 * @param server what of it differs from libpq's variables
 */
export async function unblocking<T>(
  server: ClientConfig,
  log: Log,
  work: () => Promise<T>,
  { patienceMs = patience, pauseMs = pause } = {},
): Promise<T> {
  const stop = new AbortController();
  const client = await connect(server);
  const watching = watch(client, log, stop.signal, patienceMs, pauseMs).catch((error: Error) => {
    if (!stop.signal.aborted) log.error("nobody watches for locks", { reason: error.message });
  });
  try {
    return await work();
  } finally {
    stop.abort();
    await watching;
    await client.end().catch(() => {});
  }
}

async function watch(
  client: Client,
  log: Log,
  signal: AbortSignal,
  patienceMs: number,
  pauseMs: number,
): Promise<void> {
  for (;;) {
    await setTimeout(pauseMs, undefined, { signal });
    const { rows } = await client.query<Blocker>(
      `SELECT DISTINCT blocker.pid, them.usename AS user
         FROM pg_stat_activity ours
        CROSS JOIN LATERAL unnest(pg_blocking_pids(ours.pid)) AS blocker (pid)
         LEFT JOIN pg_stat_activity them ON them.pid = blocker.pid
        WHERE ours.usename = session_user AND ours.wait_event_type = 'Lock'
          AND ours.query_start < clock_timestamp() - make_interval(secs => $1)
          AND them.usename IS DISTINCT FROM session_user`,
      [patienceMs / 1000],
    );
    for (const blocker of rows) await end(client, blocker, log);
  }
}

async function end(client: Client, { pid, user }: Blocker, log: Log): Promise<void> {
  const who = { pid, user: user ?? "a prepared transaction" };
  try {
    const { rows } = await client.query<{ ended: boolean }>(
      "SELECT pg_terminate_backend($1, 5000) AS ended",
      [pid],
    );
    if (rows[0]!.ended) log.info("ended a session that blocked the dump", who);
    else log.error("a session blocks the dump and does not end", who);
  } catch (error) {
    const reason = (error as Error).message;
    log.error("a session blocks the dump and cannot be ended", { ...who, reason });
  }
}
