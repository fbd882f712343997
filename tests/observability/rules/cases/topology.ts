import { climb, hold, series, type Table } from "./case";

const at = (pod: string, more: Record<string, string> = {}) => ({
  namespace: "database",
  pod,
  endpoint: "topology",
  ...more,
});

const byName = (pod = "a", more = {}) => series("minixdr_topology_by_name", at(pod, more));
const up = (pod = "a", more = {}) => series("up", at(pod, more));

export const poolerGoesByName: Table = {
  alert: "PoolerGoesByName",
  labels: { namespace: "database", pod: "a" },
  says: "1 of 1: its program is silent, unsure or cannot reach PgBouncer. A failover takes seconds longer there.",
  kinds: {
    fires: {
      series: {
        [byName()]: hold([10, 0], [20, 1]),
        [up()]: hold([30, 1]),
        [byName("b")]: hold([30, 0]),
        [up("b")]: hold([30, 1]),
      },
      quiet: ["9m30s", "14m30s"],
      fires: ["15m", "29m"],
    },
    below: {
      // A failover: no writer for half a minute.
      series: { [byName()]: "0x20 1 0x40", [up()]: hold([30, 1]) },
      quiet: ["9m30s", "10m30s", "16m", "29m"],
    },
    resolves: {
      series: { [byName()]: hold([10, 1], [20, 0]), [up()]: hold([30, 1]) },
      fires: ["5m", "9m30s"],
      quiet: ["10m", "29m"],
    },
    nan: { series: { [byName()]: hold([30, "NaN"]), [up()]: hold([30, 1]) }, quiet: ["29m"] },
    absent: { series: {}, quiet: ["6m"] },
    churn: {
      // Replaced: the new one is another pod, and follows.
      series: {
        [byName()]: hold([10, 1], [20, "gone"]),
        [up()]: hold([10, 1], [20, "gone"]),
        [byName("b")]: hold([5, "_"], [25, 0]),
        [up("b")]: hold([5, "_"], [25, 1]),
      },
      fires: ["9m30s"],
      quiet: ["10m", "29m"],
    },
    born: {
      series: { [byName()]: hold([10, "_"], [20, 1]), [up()]: hold([10, "_"], [20, 1]) },
      quiet: ["14m30s"],
      fires: ["15m"],
    },
  },
  more: [
    {
      title: "the program does not answer",
      series: { [byName()]: hold([10, 0], [20, "gone"]), [up()]: hold([10, 1], [20, 0]) },
      quiet: ["9m30s", "14m30s"],
      fires: ["15m", "29m"],
    },
    {
      title: "another program of the pod does not answer, and this one does",
      series: {
        [byName()]: hold([30, 0]),
        [up()]: hold([30, 1]),
        [up("a", { endpoint: "metrics" })]: hold([30, 0]),
        [up("c", { endpoint: "metrics" })]: hold([30, 0]),
      },
      quiet: ["6m", "29m"],
    },
    {
      title: "it answers, and has no figure yet",
      series: { [up()]: hold([30, 1]) },
      quiet: ["6m", "29m"],
    },
    {
      title: "it was moved to another address, and both series are there for a while",
      series: {
        [byName()]: hold([30, 0]),
        [byName("a", { instance: "old" })]: hold([30, 1]),
      },
      quiet: ["6m", "29m"],
    },
  ],
};

const member = (name: string, pod = "a") => ({ namespace: "database", pod, member: name });
const writer = (name: string, pod = "a") => series("minixdr_topology_writer", member(name, pod));

export const writerUnseen: Table = {
  alert: "WriterUnseen",
  labels: { namespace: "database" },
  says: "0 instances are the writer to any of them: none is followed by a standby, or most do not answer.",
  kinds: {
    fires: {
      series: {
        [writer("one")]: hold([10, 1], [10, 0]),
        [writer("two")]: hold([20, 0]),
        [writer("one", "b")]: hold([10, 1], [10, 0]),
      },
      quiet: ["9m30s", "11m30s"],
      fires: ["12m", "19m"],
    },
    below: {
      // One pooler of two sees it.
      series: { [writer("one")]: hold([20, 0]), [writer("one", "b")]: hold([20, 1]) },
      quiet: ["3m", "19m"],
    },
    resolves: {
      series: {
        [writer("one")]: hold([20, 0]),
        [writer("two")]: hold([10, 0], [10, 1]),
      },
      fires: ["2m", "9m30s"],
      quiet: ["10m", "19m"],
    },
    nan: { series: { [writer("one")]: hold([20, "NaN"]) }, quiet: ["3m"] },
    absent: { series: {}, quiet: ["3m"] },
    churn: {
      series: {
        [writer("one")]: hold([10, 1], [10, "gone"]),
        [writer("one", "b")]: hold([10, "_"], [10, 1]),
      },
      quiet: ["9m", "11m", "19m"],
    },
    born: {
      series: { [writer("one")]: hold([10, "_"], [10, 0]) },
      quiet: ["11m30s"],
      fires: ["12m"],
    },
  },
};

const age = (name: string, pod = "a") =>
  series("minixdr_topology_answer_age_seconds", member(name, pod));

export const databaseMemberSilent: Table = {
  alert: "DatabaseMemberSilent",
  labels: { namespace: "database", member: "two" },
  says: "two answered the last time 1m 1s ago. With one more the writer's name decides.",
  kinds: {
    fires: {
      series: {
        [age("one")]: hold([30, 0.1]),
        [age("two")]: hold([10, 0.1], [20, 61]),
        [age("two", "b")]: hold([30, 0.1]),
      },
      quiet: ["9m30s", "14m30s"],
      fires: ["15m", "29m"],
    },
    below: { series: { [age("two")]: hold([30, 60]) }, quiet: ["6m", "29m"] },
    resolves: {
      series: { [age("two")]: hold([10, 600], [20, 0.1]) },
      fires: ["5m", "9m30s"],
      quiet: ["10m", "29m"],
    },
    nan: { series: { [age("two")]: hold([30, "NaN"]) }, quiet: ["29m"] },
    absent: { series: {}, quiet: ["6m"] },
    churn: {
      series: {
        [age("two")]: hold([10, 600], [10, "gone"]),
        [age("two", "b")]: hold([10, "_"], [10, 600]),
      },
      fires: ["5m", "10m", "19m"],
    },
    born: {
      series: { [age("two")]: hold([10, "_"], [10, 600]) },
      quiet: ["14m30s"],
      fires: ["15m"],
    },
  },
};

/** What a pooler counts and knows. */
const counts = (switches: string, timeline: string, pod = "a", more = {}) => ({
  [series("minixdr_topology_switches_total", at(pod, more))]: switches,
  [series("minixdr_topology_timeline", at(pod, more))]: timeline,
});

export const switchWithoutFailover: Table = {
  alert: "SwitchWithoutFailover",
  labels: { namespace: "database", pod: "a" },
  says: "1 switches of the last hour have no new timeline of the database.",
  kinds: {
    fires: {
      series: {
        ...counts(hold([90, 0], [90, 1]), hold([180, 3])),
        ...counts(hold([180, 0]), hold([180, 3]), "b"),
      },
      quiet: ["89m30s"],
      fires: ["90m", "140m"],
    },
    below: {
      // Two failovers, two switches.
      series: counts(hold([90, 0], [10, 1], [80, 2]), hold([90, 3], [10, 4], [80, 5])),
      quiet: ["89m30s", "90m", "100m", "140m", "179m"],
    },
    resolves: {
      series: counts(hold([90, 0], [90, 1]), hold([180, 3])),
      fires: ["90m", "149m"],
      quiet: ["151m", "179m"],
    },
    nan: { series: counts(hold([180, 1]), hold([180, "NaN"])), quiet: ["90m"] },
    absent: { series: {}, quiet: ["90m"] },
    churn: {
      // It starts again: its counter from zero, and its first timeline seen as a change.
      series: counts(hold([90, 2], [90, 0]), `${hold([90, 3])} 0 ${hold([89, 3])}`),
      quiet: ["90m", "91m", "140m"],
    },
    born: {
      series: counts(
        `${hold([90, "_"])} 0 ${hold([89, 1])}`,
        `${hold([90, "_"])} ${hold([90, 3])}`,
      ),
      quiet: ["90m"],
      fires: ["91m"],
    },
  },
  more: [
    {
      title: "it starts again, and nobody sees it without a timeline",
      series: counts(hold([90, 2], [90, 0]), hold([180, 3])),
      quiet: ["90m", "91m", "140m"],
    },
    {
      title: "it started again longer ago than the switch",
      series: counts(hold([40, 2], [80, 0], [60, 1]), hold([180, 3])),
      quiet: ["119m30s"],
      fires: ["120m", "159m"],
    },
    {
      title: "a failover longer ago than the switch",
      series: counts(hold([120, 0], [60, 1]), hold([40, 3], [140, 4])),
      quiet: ["119m30s"],
      fires: ["120m", "170m"],
    },
    {
      title: "it was moved to another address, and both series are there for a while",
      series: {
        ...counts(hold([90, 0], [90, 1]), hold([180, 3])),
        ...counts(hold([180, 0]), hold([180, 3]), "a", { instance: "old" }),
      },
      fires: ["90m", "140m"],
    },
    {
      title: "one failover, and two switches",
      series: counts(climb(0, [90, 0], [1, 4], [89, 0]), hold([90, 3], [90, 4])),
      quiet: ["89m30s"],
      fires: ["92m", "140m"],
    },
  ],
};
