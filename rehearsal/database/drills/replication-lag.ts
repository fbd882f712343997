import pWaitFor from "p-wait-for";
import { Reads } from "../../../images/backend/database";
import { Ledger } from "../ledger";
import { claim, type Claim } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Laboratory } from "../laboratory";

const limit = 2; // s of lag above which reads go to the writer
const patience = 15_000; // ms for each change of mind

/** The replica stops replaying: the lag is seen, told, and reads turn to the writer and back. */
export const replicationLag: Drill<DatabaseBed> = {
  name: "replication-lag",
  title: "The replica stops replaying",
  run: ({ laboratory }) => pauseReplay(laboratory),
};

async function pauseReplay(laboratory: Laboratory): Promise<Claim[]> {
  const { cluster } = laboratory;
  const pooler = laboratory.poolers[0]!;
  laboratory.readFrom(cluster.replica);
  await pooler.command("RECONNECT minixdr_ro");
  const writer = laboratory.through(pooler);
  const replica = laboratory.reading(pooler);
  const reads = new Reads(writer, replica, limit);
  const ledger = new Ledger("replication lag", laboratory.through(pooler), 20);
  const answeredBy = async () => {
    const { rows } = await reads.query<{ server: string }>(
      "SELECT host(inet_server_addr()) AS server",
    );
    return rows[0]?.server;
  };
  /** Seconds until reads are answered by that server; rejects when they never are. */
  const until = async (server: string) => {
    const started = performance.now();
    const turned = async () => {
      if ((await answeredBy()) === server) return true;
      if (performance.now() - started > patience)
        throw new Error(`reads never turned to ${server}`);
      return false;
    };
    await pWaitFor(turned, { interval: 50 });
    return (performance.now() - started) / 1000;
  };
  try {
    await until(cluster.replica.address);
    await cluster.replica.sql("SELECT pg_wal_replay_pause()");
    const away = await until(cluster.writer.address);
    const [row] = await cluster.replica.sql<{ paused: boolean }>(
      "SELECT pg_is_wal_replay_paused() AS paused",
    );
    if (!row?.paused) throw new Error("the fault was not injected: the replica replays");
    const told = Number(/^minixdr\S+ (\S+)$/m.exec(await reads.metrics())?.[1]);
    await cluster.replica.sql("SELECT pg_wal_replay_resume()");
    const back = await until(cluster.replica.address);

    const injection = "replay paused on the replica under writes, confirmed by the replica";
    return [
      claim({
        id: "replication-lag.metric",
        claim: "lag told by the metric when reads left the replica",
        value: told,
        unit: "s",
        injection,
      }),
      claim({
        id: "replication-lag.fallback",
        claim: `pause of replay to reads from the writer, at a limit of ${limit} s of lag`,
        value: away,
        unit: "s",
        limit: limit + 3,
        injection,
      }),
      claim({
        id: "replication-lag.return",
        claim: "end of the pause to reads from the replica",
        value: back,
        unit: "s",
        limit: 5,
        injection,
      }),
    ];
  } finally {
    reads.close();
    await ledger.stop();
    await cluster.replica.sql("SELECT pg_wal_replay_resume()");
    await Promise.all([writer, replica, ledger.database].map((database) => database.close()));
    laboratory.moveNames();
  }
}
