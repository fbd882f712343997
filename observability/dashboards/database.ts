import { busy } from "../rules/pooler";
import type { Board } from "./dashboard";
import { limitOf } from "./limits";
import { bars, gauge, lines, stat } from "./panels";
import { app, quantile, rate } from "./queries";

/** What PgBouncer counts since its start, a second, of the application's databases. */
const counted = (name: string) =>
  `sum by (database) (${rate(`pgbouncer_stats_totals_${name}{database=~"minixdr|minixdr_ro"}`)})`;

const byPool = (metric: string) => `sum by (database, user) (${metric})`;

const lag = "minixdr_database_replication_lag_seconds";

/** The database as poolers and backends see it. */
export const database: Board = {
  name: "database",
  title: "Database and pool",
  description:
    "Open it when the backend waits: for a connection, for a statement, or for a replica.",
  rows: [
    {
      title: "Now",
      panels: [
        stat({
          title: "Poolers that answer",
          description:
            "How many PgBouncers answer their exporter; without one there is no database.",
          queries: [{ expr: "sum(pgbouncer_up)", legend: "poolers" }],
        }),
        stat({
          title: "Clients that wait",
          description: "Backends' connections that wait for one of the database.",
          queries: [{ expr: "sum(pgbouncer_pools_client_waiting_connections)", legend: "clients" }],
        }),
        stat({
          title: "Longest wait",
          description: "How long the client at the head of a queue has waited.",
          queries: [{ expr: "max(pgbouncer_pools_client_maxwait_seconds)", legend: "wait" }],
          unit: "s",
          limit: limitOf("PgBouncerClientsWaiting"),
        }),
        gauge({
          title: "Fullest pool",
          description: "Share of its connections that the busiest pool has in use.",
          queries: [{ expr: `max(${busy})`, legend: "in use" }],
          unit: "percentunit",
          limit: limitOf("DatabasePoolExhausted", 0),
        }),
        stat({
          title: "Replica behind",
          description:
            "How old what the read replica answers is; infinite while it cannot be asked.",
          queries: [{ expr: `max(${lag})`, legend: "behind" }],
          unit: "s",
          limit: limitOf("DatabaseReplicationLag"),
        }),
        stat({
          title: "Failures",
          description:
            "Transactions, a second, that the database failed: an open breaker asks no more.",
          queries: [
            {
              expr: `sum(${rate(`integration_requests_total{${app},integration="database",status="error"}`)})`,
              legend: "failures",
            },
          ],
          unit: "reqps",
          none: "none",
        }),
      ],
    },
    {
      title: "Pool",
      panels: [
        lines({
          title: "Longest wait by pool",
          description:
            "The best sign of saturation behind a pooler: connections are always in use.",
          queries: [
            {
              expr: "max by (database, user) (pgbouncer_pools_client_maxwait_seconds)",
              legend: "{{database}} {{user}}",
            },
          ],
          unit: "s",
          limit: limitOf("PgBouncerClientsWaiting"),
        }),
        lines({
          title: "Clients by pool",
          description: "Clients that have a connection, and those that wait for one.",
          queries: [
            {
              expr: byPool("pgbouncer_pools_client_active_connections"),
              legend: "{{database}} {{user}} at work",
            },
            {
              expr: byPool("pgbouncer_pools_client_waiting_connections"),
              legend: "{{database}} {{user}} waiting",
            },
          ],
        }),
        lines({
          title: "Connections to the database",
          description:
            "All poolers' connections: in use, ready, and ready but not tested for a while.",
          queries: ["active", "idle", "used"].map((state) => ({
            expr: `sum(pgbouncer_pools_server_${state}_connections)`,
            legend: state === "used" ? "untested" : state,
          })),
        }),
        bars(
          {
            title: "Pools by pooler",
            description: "Share of each pool's connections that are in use, on each pooler.",
            queries: [
              {
                expr: `max by (pod, database, user) (${busy})`,
                legend: "{{pod}} {{database}} {{user}}",
              },
            ],
            unit: "percentunit",
            limit: limitOf("DatabasePoolExhausted", 0),
          },
          1,
        ),
        lines({
          title: "Transactions",
          description:
            "Transactions a second through the poolers, on the writer and on the readers.",
          queries: [{ expr: counted("sql_transactions_pooled_total"), legend: "{{database}}" }],
        }),
        lines({
          title: "Mean transaction and wait",
          description: "How long a transaction held a connection, and how long one was waited for.",
          queries: [
            {
              expr: `${counted("server_in_transaction_seconds_total")} / ${counted("sql_transactions_pooled_total")}`,
              legend: "{{database}} held",
            },
            {
              expr: `${counted("client_wait_seconds_total")} / ${counted("sql_transactions_pooled_total")}`,
              legend: "{{database}} waited",
            },
          ],
          unit: "s",
        }),
      ],
    },
    {
      title: "Topology",
      panels: [
        lines({
          title: "Writer",
          description: "How many poolers have each instance for the writer; none by an instance.",
          queries: [{ expr: "sum by (member) (minixdr_topology_writer)", legend: "{{member}}" }],
        }),
        lines({
          title: "Last answer",
          description: "How long ago each instance told a pooler what it is, the longest of all.",
          queries: [
            {
              expr: "max by (member) (minixdr_topology_answer_age_seconds)",
              legend: "{{member}}",
            },
          ],
          unit: "s",
          limit: limitOf("DatabaseMemberSilent"),
        }),
        lines({
          title: "Poolers without a writer",
          description: "Those whose work waits for one, and those that go by the writer's name.",
          queries: [
            { expr: "sum(minixdr_topology_held)", legend: "wait" },
            { expr: "sum(minixdr_topology_by_name)", legend: "by name" },
          ],
        }),
      ],
    },
    {
      title: "As the backend sees it",
      panels: [
        lines({
          title: "Transactions by type, 95 %",
          description: "How long one in twenty takes at least, the wait for a connection included.",
          queries: [
            {
              expr: quantile(0.95, `db_query_duration_seconds_bucket{${app}}`, "query_type"),
              legend: "{{query_type}}",
            },
          ],
          unit: "s",
          width: 6,
        }),
        lines({
          title: "Transactions by type",
          description: "How many there are, a second.",
          queries: [
            {
              expr: `sum by (query_type) (${rate(`db_query_duration_seconds_count{${app}}`)})`,
              legend: "{{query_type}}",
            },
          ],
          width: 6,
        }),
        lines({
          title: "Connections at work by pod",
          description: "Connections of each backend that run a request.",
          queries: [{ expr: `max by (pod) (db_connections_active{${app}})`, legend: "{{pod}}" }],
          width: 6,
        }),
        lines({
          title: "Replica behind",
          description: "A gap is a replica that cannot be asked: reads go to the writer.",
          queries: [{ expr: `max(${lag})`, legend: "behind" }],
          unit: "s",
          limit: limitOf("DatabaseReplicationLag"),
          width: 6,
        }),
      ],
    },
  ],
};
