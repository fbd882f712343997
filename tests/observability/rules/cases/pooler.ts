import { hold, series, type Table } from "./case";

const labels = { database: "minixdr", user: "minixdr_app" };

/** What one pooler says of a pool: busy connections, its size, and the longest wait of a client, s. */
function pool(
  { busy, size = 25, wait = hold([30, 0]) }: { busy: string; size?: number; wait?: string },
  more: Record<string, string> = {},
): Record<string, string> {
  const { pod = "a", user = "minixdr_app", database = "minixdr" } = more;
  const target = { namespace: "database", pod, instance: `${pod}:9127` };
  const ofPool = { ...target, database, user };
  return {
    [series("pgbouncer_pools_server_active_connections", ofPool)]: busy,
    [series("pgbouncer_pools_client_maxwait_seconds", ofPool)]: wait,
    [series("pgbouncer_databases_pool_size", {
      ...target,
      name: database,
      database: "minixdr",
      host: "writer",
    })]: hold([30, size]),
  };
}

/** Two more poolers, another user and the other database, all idle. */
const idle = {
  ...pool({ busy: hold([30, 1]) }, { pod: "b" }),
  ...pool({ busy: hold([30, 1]) }, { pod: "c" }),
  ...pool({ busy: hold([30, 0]) }, { user: "minixdr_migrations" }),
  ...pool({ busy: hold([30, 0]) }, { database: "minixdr_ro", user: "minixdr_read_only" }),
};

export const databasePoolExhausted: Table = {
  alert: "DatabasePoolExhausted",
  labels,
  says: "92% of its connections are busy on the fullest pooler, or clients wait there for more than 5 s.",
  valued: true,
  kinds: {
    fires: {
      value: "0.92",
      series: { ...idle, ...pool({ busy: hold([10, 1], [20, 23]) }) },
      quiet: ["9m", "10m30s"],
      fires: ["11m", "29m"],
    },
    below: {
      // Nine of ten are exactly 90 %.
      series: { ...idle, ...pool({ busy: hold([30, 9]), size: 10, wait: hold([30, 5]) }) },
      quiet: ["2m", "29m"],
    },
    resolves: {
      series: { ...idle, ...pool({ busy: hold([10, 25], [20, 22]) }) },
      fires: ["1m", "9m30s"],
      value: "1",
      quiet: ["10m", "29m"],
    },
    nan: { series: pool({ busy: hold([30, "NaN"]), wait: hold([30, "NaN"]) }), quiet: ["29m"] },
    absent: { series: {}, quiet: ["2m"] },
    churn: {
      series: {
        ...pool({ busy: hold([10, 25], [20, "gone"]), wait: hold([10, 0], [20, "gone"]) }),
        ...pool({ busy: hold([10, "_"], [20, 25]), wait: hold([10, "_"], [20, 0]) }, { pod: "b" }),
      },
      fires: ["1m", "10m", "29m"],
      value: "1",
    },
    born: {
      series: pool({ busy: hold([10, "_"], [20, 25]) }),
      quiet: ["10m30s"],
      fires: ["11m"],
      value: "1",
    },
  },
  more: [
    {
      title: "clients wait, although few connections are busy",
      series: { ...idle, ...pool({ busy: hold([30, 1]), wait: hold([10, 0], [20, 5.4]) }) },
      quiet: ["10m30s"],
      fires: ["11m", "29m"],
      value: "0.04",
    },
    {
      title: "one pooler is full, and on another clients wait",
      series: {
        ...pool({ busy: hold([30, 24]) }),
        ...pool({ busy: hold([30, 5]), wait: hold([30, 6]) }, { pod: "b" }),
      },
      fires: ["1m", "29m"],
      value: "0.96",
    },
    {
      title: "clients wait, and the database is away: no connection is busy",
      series: { ...idle, ...pool({ busy: hold([30, 0]), wait: hold([30, 45]) }) },
      quiet: ["2m", "29m"],
    },
  ],
};

const wait = (pod = "a") => series("pgbouncer_pools_client_maxwait_seconds", { ...labels, pod });

export const pgBouncerClientsWaiting: Table = {
  alert: "PgBouncerClientsWaiting",
  labels,
  says: "The one that waits longest has waited for 1.5s.",
  kinds: {
    fires: {
      series: { [wait()]: hold([10, 0], [20, 1.5]), [wait("b")]: hold([30, 0]) },
      quiet: ["14m30s"],
      fires: ["15m", "29m"],
    },
    below: { series: { [wait()]: hold([30, 1]) }, quiet: ["6m", "29m"] },
    resolves: {
      series: { [wait()]: hold([10, 9], [20, 0.2]) },
      fires: ["5m", "9m30s"],
      quiet: ["10m", "29m"],
    },
    nan: { series: { [wait()]: hold([30, "NaN"]) }, quiet: ["29m"] },
    absent: { series: {}, quiet: ["6m"] },
    churn: {
      series: { [wait()]: hold([10, 9], [10, "gone"]), [wait("b")]: hold([10, "_"], [10, 9]) },
      fires: ["5m", "10m", "19m"],
    },
    born: { series: { [wait()]: hold([10, "_"], [10, 9]) }, quiet: ["14m"], fires: ["15m"] },
  },
};

const up = (pod = "a") =>
  series("pgbouncer_up", { namespace: "database", pod, instance: `${pod}:9127` });

export const pgBouncerDown: Table = {
  alert: "PgBouncerDown",
  says: "1 of 1: not one pooler has answered its exporter for a minute.",
  kinds: {
    fires: {
      series: { [up()]: hold([10, 1], [10, 0]), [up("b")]: hold([10, 1], [10, 0]) },
      quiet: ["9m30s", "10m30s"],
      fires: ["11m", "19m"],
    },
    below: { series: { [up()]: hold([20, 0]), [up("b")]: hold([20, 1]) }, quiet: ["2m", "19m"] },
    resolves: {
      series: { [up()]: hold([10, 0], [10, 1]) },
      fires: ["1m", "9m30s"],
      quiet: ["10m", "19m"],
    },
    nan: { series: { [up()]: hold([10, "NaN"]) }, fires: ["1m", "9m"] },
    absent: { series: {}, quiet: ["30s"], fires: ["1m"] },
    churn: {
      series: { [up()]: hold([10, 1], [10, "gone"]), [up("b")]: hold([10, "_"], [10, 1]) },
      quiet: ["9m", "11m", "19m"],
    },
    born: { series: { [up()]: hold([10, "_"], [10, 1]) }, fires: ["9m"], quiet: ["10m", "19m"] },
  },
};

export const pgBouncerReplicaDown: Table = {
  alert: "PgBouncerReplicaDown",
  labels: { namespace: "database", pod: "a" },
  says: "Its exporter runs and reports pgbouncer_up 0.",
  kinds: {
    fires: {
      series: { [up()]: hold([10, 1], [10, 0]), [up("b")]: hold([20, 1]) },
      quiet: ["9m30s", "11m30s"],
      fires: ["12m", "19m"],
    },
    below: { series: { [up()]: hold([20, 1]), [up("b")]: hold([20, 1]) }, quiet: ["3m", "19m"] },
    resolves: {
      series: { [up()]: hold([10, 0], [10, 1]) },
      fires: ["2m", "9m30s"],
      quiet: ["10m", "19m"],
    },
    nan: { series: { [up()]: hold([10, "NaN"]) }, quiet: ["3m", "9m"] },
    absent: { series: {}, quiet: ["3m"] },
    churn: {
      // Replaced: the new one is another pod, and well.
      series: { [up()]: hold([10, 0], [10, "gone"]), [up("b")]: hold([5, "_"], [15, 1]) },
      fires: ["9m30s"],
      quiet: ["10m", "19m"],
    },
    born: { series: { [up()]: hold([10, "_"], [10, 0]) }, quiet: ["11m30s"], fires: ["12m"] },
  },
  more: [
    {
      title: "its exporter was moved to another address, and both series are there for a while",
      series: {
        [up()]: hold([20, 1]),
        [series("pgbouncer_up", { namespace: "database", pod: "a", instance: "old" })]: hold([
          20, 0,
        ]),
      },
      quiet: ["3m", "19m"],
    },
  ],
};
