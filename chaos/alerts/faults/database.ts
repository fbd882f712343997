import { setTimeout } from "node:timers/promises";
import pWaitFor from "p-wait-for";
import { accepts, answers } from "../../../rehearsal/sandbox/port";
import { connectTime, Latency } from "../../faults/latency";
import { toldWithin, type AlertFault } from "../fault";
import { groupWait } from "./group-wait";
import { outage } from "./outage";

/** As long as AWS says that a Multi-AZ DB cluster takes: "typically under 35 seconds". */
const promotion = 35;
/** Milliseconds that every packet to the database takes longer: no write ends in time. */
const delay = 500;
/** Seconds that the replica may be behind, of the alert. */
const lag = 30;

export const writerLost: AlertFault = {
  name: "writer-lost",
  title: `The database's writer lost, a standby promoted after ${promotion} s`,
  tells: "message",
  alerts: ["DatabaseFailover"],
  within: () => toldWithin("DatabaseFailover", groupWait.messages),
  async inject({ platform }) {
    const { services } = platform;
    const { database } = services;
    const before = database.writer.name;
    const old = await database.failOver("crash", {
      lost: () => setTimeout(promotion * 1000),
      promoted: () => void services.moveNames(),
    });
    return {
      proof: `${before} ended with SIGKILL, ${database.writer.name} was promoted ${promotion} s later`,
      undo: async () => {
        await database.restore(old, "crash");
        services.moveNames();
      },
    };
  },
};

export const databaseCutOff: AlertFault = {
  name: "database-cut-off",
  title: "The database cut off: every packet dropped",
  ...outage,
  async inject({ platform }) {
    const { network, services } = platform;
    const members = [...services.database.members, services.database.replica];
    const { address } = services.database.writer;
    if (!(await accepts(address, 5432))) throw new Error("the database is away before the fault");
    await Promise.all(members.map(({ name }) => network.cut(name)));
    if (await answers(address, 5432)) throw new Error("the writer can still be reached");
    return {
      proof: `the router dropped every packet of ${members.length} servers; a connection to the writer got no answer`,
      undo: async () => {
        await Promise.all(members.map(({ name }) => network.heal(name)));
      },
    };
  },
};

export const databaseSlow: AlertFault = {
  name: "database-slow",
  title: `Every packet to the database ${delay} ms late`,
  ...outage,
  async inject({ platform }) {
    const { network, services } = platform;
    const { writer, addresses } = services.database;
    const latency = await Latency.start(network, addresses, delay);
    const took = await connectTime(writer.address, 5432);
    if (took < delay) throw new Error(`the writer answers within ${took} ms`);
    return {
      proof: `a connection to the writer took ${Math.round(took)} ms`,
      undo: () => latency.stop(),
    };
  },
};

export const replicaBehind: AlertFault = {
  name: "replica-behind",
  title: "Both standbys, which serve the reads, stop replaying what the writer sends",
  tells: "message",
  alerts: ["DatabaseReplicationLag"],
  // The exporter asks once a minute.
  within: () => toldWithin("DatabaseReplicationLag", groupWait.messages, lag + 60),
  async inject({ platform }) {
    const { standbys } = platform.services.database;
    const each = (sql: string) => Promise.all(standbys.map((standby) => standby.sql(sql)));
    await each("SELECT pg_wal_replay_pause()");
    const paused = async () =>
      (await each("SELECT pg_get_wal_replay_pause_state() AS state")).every(
        ([row]) => row!.state === "paused",
      );
    await pWaitFor(paused, { interval: 100 });
    return {
      proof: `${standbys.map(({ name }) => name).join(" and ")} say that their replay is paused`,
      undo: async () => void (await each("SELECT pg_wal_replay_resume()")),
    };
  },
};
