import { hold, series, type Table } from "./case";

const lag = (pod = "a") => series("minixdr_database_replication_lag_seconds", { pod });

export const databaseReplicationLag: Table = {
  alert: "DatabaseReplicationLag",
  says: "It is 31s behind (+Inf: it cannot be asked). Reads go to the writer meanwhile.",
  kinds: {
    fires: {
      series: { [lag()]: hold([10, 0], [10, 31]), [lag("b")]: hold([20, 0]) },
      quiet: ["9m", "11m30s"],
      fires: ["12m", "19m"],
    },
    below: { series: { [lag()]: hold([20, 30]) }, quiet: ["3m", "19m"] },
    resolves: {
      series: { [lag()]: hold([10, "+Inf"], [10, 0]) },
      fires: ["2m", "9m30s"],
      quiet: ["10m", "19m"],
    },
    nan: { series: { [lag()]: hold([20, "NaN"]) }, quiet: ["3m", "19m"] },
    absent: { series: {}, quiet: ["3m"] },
    churn: {
      series: { [lag()]: hold([5, 60], [5, "gone"]), [lag("b")]: hold([5, "_"], [5, 60]) },
      fires: ["2m", "5m", "9m"],
    },
    born: {
      series: { [lag()]: hold([5, "_"], [5, 3600]) },
      quiet: ["6m30s"],
      fires: ["7m"],
    },
  },
};

/** What one pooler says of the writer's pool, one value each 15 s. */
function pool(
  of: { wait: string; active?: string; idle?: string; used?: string },
  labels: Record<string, string> = {},
): Record<string, string> {
  const { wait, active = "0x240", idle = "0x240", used = "0x240" } = of;
  const all = { database: "minixdr", user: "minixdr_app", pod: "a", ...labels };
  return {
    [series("pgbouncer_pools_client_maxwait_seconds", all)]: wait,
    [series("pgbouncer_pools_server_active_connections", all)]: active,
    [series("pgbouncer_pools_server_idle_connections", all)]: idle,
    [series("pgbouncer_pools_server_used_connections", all)]: used,
  };
}

const every = "15s";

export const databaseFailover: Table = {
  alert: "DatabaseFailover",
  labels: { database: "minixdr" },
  says: "Within the last ten minutes no pooler was connected to it, while a client waited for 6s.",
  kinds: {
    fires: {
      // Every connection breaks at 10 min; for half a minute the writer is nowhere.
      every,
      series: {
        ...pool({ wait: "0x39 6x1 0x200", active: "5x39 0x1 5x200" }),
        ...pool({ wait: "0x240", active: "5x39 0x1 5x200" }, { pod: "b" }),
      },
      quiet: ["9m30s", "21m"],
      fires: ["10m", "12m", "19m30s"],
    },
    below: {
      // Clients wait, and one pooler still has a connection.
      every,
      series: {
        ...pool({ wait: "9x240" }),
        ...pool({ wait: "0x240", active: "1x240" }, { pod: "b" }),
      },
      quiet: ["1m", "10m", "30m"],
    },
    resolves: {
      every,
      series: pool({ wait: "30x39 0x200", active: "0x39 5x200" }),
      fires: ["1m", "9m30s", "19m"],
      quiet: ["20m30s", "30m"],
    },
    nan: { every, series: pool({ wait: hold([60, "NaN"]) }), quiet: ["10m"] },
    absent: { every, series: {}, quiet: ["10m"] },
    churn: {
      // One pooler goes while another comes, and clients of the new one wait for their first connection.
      every,
      series: {
        ...pool({
          wait: "0x39 stale",
          active: "5x39 stale",
          idle: "5x39 stale",
          used: "0x39 stale",
        }),
        ...pool(
          {
            wait: "_x30 20x200",
            active: "_x30 0x20 5x200",
            idle: "_x30 0x200",
            used: "_x30 0x200",
          },
          { pod: "b" },
        ),
        ...pool({ wait: "0x240", idle: "1x240" }, { pod: "c" }),
      },
      quiet: ["8m", "10m30s", "20m"],
    },
    born: {
      every,
      series: pool({
        wait: "_x40 7x200",
        active: "_x40 0x200",
        idle: "_x40 0x200",
        used: "_x40 0x200",
      }),
      quiet: ["9m"],
      fires: ["10m30s"],
    },
  },
  more: [
    {
      title: "a pooler has started and its clients wait for the first connection",
      every,
      series: pool({ wait: "5x240" }),
      quiet: ["1m", "10m", "30m"],
    },
    {
      title: "nobody asks: no connection is wanted",
      every,
      series: pool({ wait: "0x240" }),
      quiet: ["1m", "30m"],
    },
    ...(["active", "idle", "used"] as const).flatMap((one) =>
      (["active", "idle", "used"] as const)
        .filter((other) => other !== one)
        .map((other) => ({
          title: `clients wait while connections are ${one} and ${other}`,
          every,
          series: pool({ wait: "9x240", [one]: "1x240", [other]: "1x240" }),
          quiet: ["1m", "30m"],
        })),
    ),
    {
      title: "the readers are away, and the writer is not",
      every,
      series: {
        ...pool({ wait: "9x240" }, { database: "minixdr_ro" }),
        ...pool({ wait: "0x240", active: "5x240" }),
      },
      quiet: ["1m", "30m"],
    },
    {
      title: "the writer is away, and the readers are not",
      every,
      series: {
        ...pool({ wait: "9x240" }),
        ...pool({ wait: "0x240", active: "5x240" }, { database: "minixdr_ro" }),
      },
      fires: ["1m", "30m"],
    },
    {
      title: "it is away between two evaluations only",
      every,
      series: pool({ wait: "0x40 9 0x200", active: "5x40 0 5x200" }),
      quiet: ["10m"],
      fires: ["10m30s", "19m"],
    },
  ],
  equivalent: {
    "15s → 7500ms": "a pooler is scraped every 15 s: between two scrapes there is nothing to see",
  },
};
