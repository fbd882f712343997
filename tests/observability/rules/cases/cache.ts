import { climb, series, type Table } from "./case";

/** A counter of one pod. */
const counter = (what: string, pod = "a", namespace = "mini-xdr") =>
  series(`cache_${what}_total`, { namespace, pod });

/** Two pods that each have half of so many hits, misses and failures a minute. */
function answers(hits: number, misses: number, errors: number): Record<string, string> {
  const all = { hits, misses, errors };
  return Object.fromEntries(
    ["a", "b"].flatMap((pod) =>
      Object.entries(all).map(([what, rise]) => [counter(what, pod), climb(0, [40, rise / 2])]),
    ),
  );
}

const elsewhere = (what: string) => ({ [counter(what, "a", "other")]: climb(0, [40, 1e5]) });

export const lowCacheHitRate: Table = {
  alert: "LowCacheHitRate",
  says: "It answered 79%; misses and failures of the cache are the rest.",
  kinds: {
    fires: {
      series: { ...answers(790, 200, 10), ...elsewhere("hits") },
      quiet: ["10m"],
      fires: ["10m30s", "39m"],
    },
    below: {
      series: {
        ...answers(810, 180, 10),
        ...elsewhere("hits"),
        ...elsewhere("misses"),
        ...elsewhere("errors"),
      },
      quiet: ["11m", "39m"],
    },
    resolves: {
      series: {
        [counter("hits")]: climb(0, [10, 1000], [15, 0], [30, 1000]),
        [counter("misses")]: climb(0, [10, 0], [15, 1000], [30, 0]),
        [counter("errors")]: climb(0, [55, 0]),
      },
      quiet: ["19m", "31m", "54m"],
      fires: ["21m30s", "24m", "28m"],
    },
    nan: {
      // Nobody reads: 0/0.
      series: answers(0, 0, 0),
      quiet: ["15m", "39m"],
    },
    absent: { series: {}, quiet: ["15m"] },
    churn: {
      series: Object.fromEntries(
        Object.entries({ hits: 500, misses: 500, errors: 0 }).flatMap(([what, rise]) => [
          [counter(what, "a"), climb(0, [10, rise], [20, "gone"])],
          [counter(what, "b"), climb(0, [10, "_"], [20, rise])],
        ]),
      ),
      quiet: ["10m"],
      fires: ["10m30s", "15m", "29m"],
    },
    born: {
      // A pod that hit for a month, and whose cache is lost when it is first seen.
      series: {
        [counter("hits")]: climb(1e6, [30, 100]),
        [counter("misses")]: climb(1e3, [30, 900]),
        [counter("errors")]: climb(0, [30, 0]),
      },
      fires: ["10m30s", "29m"],
    },
  },
  more: [
    {
      title: "a cache that is gone has neither hits nor misses",
      series: answers(0, 0, 1000),
      quiet: ["10m"],
      fires: ["10m30s", "39m"],
    },
    {
      title: "failures of the cache count, on every pod",
      series: answers(790, 0, 210),
      fires: ["10m30s"],
    },
    {
      title: "a cache that comes back",
      series: {
        [counter("hits")]: climb(0, [55, 1000]),
        [counter("misses")]: climb(0, [55, 0]),
        [counter("errors")]: climb(0, [10, 0], [15, 3000], [30, 0]),
      },
      fires: ["21m30s", "28m"],
      quiet: ["19m", "31m", "54m"],
    },
    {
      title: "exactly 80 %",
      series: answers(240, 60, 0),
      quiet: ["11m", "39m"],
    },
    {
      title: "a backend that does not count failures: too few hits",
      series: {
        [counter("hits")]: climb(0, [20, 474]),
        [counter("misses")]: climb(0, [20, 126]),
      },
      fires: ["10m30s"],
    },
    {
      title: "a backend that does not count failures: enough hits",
      series: {
        [counter("hits")]: climb(0, [20, 486]),
        [counter("misses")]: climb(0, [20, 114]),
      },
      quiet: ["10m30s", "19m"],
    },
    {
      title: "little more than one read in two seconds is enough to judge",
      series: answers(0, 31, 0),
      fires: ["16m", "39m"],
    },
    {
      title: "one read in two seconds is not",
      series: answers(0, 30, 0),
      quiet: ["10m30s", "39m"],
    },
    {
      title: "a quiet night, at which entries grow old between two reads",
      series: answers(0, 28, 0),
      quiet: ["10m30s", "39m"],
    },
  ],
};
