import pWaitFor from "p-wait-for";
import { Postgres, type PostgresSurroundings } from "./postgres";

/** Names of the servers of which one writes and the others stand by. */
export const memberNames = ["one", "two", "three"] as const;

/** How the writer fails. */
export type Fault = "crash" | "switchover" | "partition";

/** Called at the two moments that a drill measures from. */
export interface FailoverMoments {
  /** The writer is gone; the standby is not yet promoted. */
  lost: () => Promise<void>;
  /** The new writer takes writes; its name is not yet moved. */
  promoted: (writer: Postgres) => void;
}

/**
 * What stands for the Multi-AZ DB cluster: a writer and two standbys of which one must have every
 * commit (`ANY 1`), as AWS commits, and one asynchronous read replica. It also does RDS's part of a
 * failover: choose, promote, bring the others back.
 */
export class DatabaseCluster {
  private constructor(
    readonly members: Postgres[],
    readonly replica: Postgres,
    /** The server that takes writes. */
    public writer: Postgres,
    private readonly around: PostgresSurroundings,
  ) {}

  /** @param bootstrap what the first writer does before anybody follows it */
  static async start(
    around: PostgresSurroundings,
    bootstrap: (writer: Postgres) => Promise<void>,
  ): Promise<DatabaseCluster> {
    const members: Postgres[] = [];
    for (const name of memberNames) members.push(await Postgres.on(name, around));
    const replica = await Postgres.on("replica", around);
    const writer = members[0]!;
    await writer.create();
    await writer.start();
    await bootstrap(writer);
    for (const follower of [...members.slice(1), replica]) {
      await follower.copy(writer);
      await follower.start();
    }
    const cluster = new DatabaseCluster(members, replica, writer, around);
    await cluster.inSync();
    return cluster;
  }

  get standbys(): Postgres[] {
    return this.members.filter((member) => member !== this.writer && member.running);
  }

  /** Addresses of the members that run. */
  get addresses(): string[] {
    return [this.writer, ...this.standbys].map(({ address }) => address);
  }

  /**
   * The writer fails in the given way and a standby takes over. Returns the old writer, as the fault
   * left it: {@link restore} makes it a standby again.
   */
  async failOver(fault: Fault, moments: FailoverMoments): Promise<Postgres> {
    const old = this.writer;
    const survivors = this.members.filter((member) => member !== old);
    if (fault === "crash") await old.crash();
    if (fault === "partition") await this.around.network.cut(old.name);
    if (fault === "switchover") await old.stop();
    await moments.lost();

    const chosen = await mostAdvanced(survivors);
    await chosen.promote();
    this.writer = chosen;
    moments.promoted(chosen);
    const others = [...survivors, this.replica].filter((server) => server !== chosen);
    await Promise.all(others.map((server) => server.refollow(chosen)));
    if (fault === "switchover") {
      // RDS restarts the old writer as a standby at once, under its old address.
      await old.follow(chosen);
      await old.start();
    }
    return old;
  }

  /** Makes the old writer a standby again and waits until all is as before the fault. */
  async restore(old: Postgres, fault: Fault): Promise<void> {
    if (fault !== "switchover") {
      await old.crash();
      if (fault === "partition") await this.around.network.heal(old.name);
      await this.renew(old);
    }
    await this.inSync();
  }

  /** Stops everything; the laboratory's namespaces would do it too. */
  async close(): Promise<void> {
    await Promise.all([...this.members, this.replica].map((server) => server.crash()));
  }

  /** Makes a server a fresh copy of the writer, which follows it. */
  private async renew(server: Postgres): Promise<void> {
    await server.crash();
    await server.copy(this.writer);
    await server.start();
  }

  /**
   * Waits until both standbys and the replica stream from the writer. One that had received more than
   * the chosen standby, as the asynchronous replica may, can't follow it: it is copied anew.
   */
  private async inSync(): Promise<void> {
    const deadline = Date.now() + 30_000;
    const followers = [...this.standbys, this.replica];
    const allStream = async () => {
      const streaming = await this.writer.sql<{ name: string }>(
        "SELECT application_name AS name FROM pg_stat_replication WHERE state = 'streaming'",
      );
      const missing = followers.filter(({ name }) => streaming.every((row) => row.name !== name));
      for (const server of missing) if (server.tookAnotherWay) await this.renew(server);
      if (missing.length > 0 && Date.now() > deadline)
        throw new Error(
          missing
            .map(
              (server) =>
                `${server.name} does not follow ${this.writer.name}:\n${server.endOfLog()}`,
            )
            .join("\n"),
        );
      return missing.length === 0;
    };
    await pWaitFor(allStream, { interval: 100 });
  }
}

/** Of two standbys at least one has every acknowledged commit: the one that received more. */
async function mostAdvanced(standbys: Postgres[]): Promise<Postgres> {
  const received = await Promise.all(
    standbys.map(async (server) => {
      const [row] = await server.sql<{ bytes: string }>(
        "SELECT coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn AS bytes",
      );
      return { server, bytes: BigInt(row?.bytes ?? 0) };
    }),
  );
  return received.reduce((best, next) => (next.bytes > best.bytes ? next : best)).server;
}
