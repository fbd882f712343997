import { climb, hold, series, type Table } from "./case";

const job = "mini-xdr-backend";

/** Requests of one pod with one answer. */
function requests(status: string, labels: Record<string, string> = {}): string {
  const usual = { namespace: "mini-xdr", job, pod: "a", endpoint: "/api/incidents" };
  return series("http_requests_total", { ...usual, status, ...labels });
}

const elsewhere = { namespace: "other" };
const probe = { endpoint: "/health/ready" };

/** What is no request of a user: born high, and far more of it than of anything else. */
const noise = (status: string, minutes: number) =>
  Object.fromEntries(
    [elsewhere, probe, { endpoint: "/metrics" }].map((labels) => [
      requests(status, labels),
      climb(1e6, [minutes, 1e5]),
    ]),
  );

/** Each of three pods lives for five minutes, one after the other. */
const lives = (rise: number) => ({
  a: climb(0, [5, rise], [15, "gone"]),
  b: climb(0, [5, "_"], [5, rise], [10, "gone"]),
  c: climb(0, [10, "_"], [10, rise]),
});
const churning = (answers: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(answers).flatMap(([status, rise]) =>
      Object.entries(lives(rise)).map(([pod, values]) => [requests(status, { pod }), values]),
    ),
  );

export const highErrorRate: Table = {
  alert: "HighErrorRate",
  labels: { job },
  says: "5.1% of the requests of the last five minutes were answered with a 5xx.",
  kinds: {
    fires: {
      // 51 of 1000 a minute, of three kinds and on two pods; five minutes are full of it at 15 min.
      series: {
        ...noise("200", 30),
        [requests("200")]: climb(0, [10, 500], [20, 474.5]),
        [requests("200", { pod: "b" })]: climb(0, [10, 500], [20, 474.5]),
        [requests("500")]: climb(0, [10, 0], [20, 17]),
        [requests("502")]: climb(0, [10, 0], [20, 17]),
        [requests("503", { pod: "b" })]: climb(0, [10, 0], [20, 17]),
      },
      quiet: ["9m", "16m"],
      fires: ["17m", "29m"],
    },
    below: {
      series: {
        ...noise("503", 30),
        [requests("200")]: climb(0, [30, 475.5]),
        [requests("200", { pod: "b" })]: climb(0, [30, 475.5]),
        [requests("500")]: climb(0, [30, 24.5]),
        [requests("500", { pod: "b" })]: climb(0, [30, 24.5]),
      },
      quiet: ["4m", "10m", "29m"],
    },
    resolves: {
      series: {
        [requests("200")]: climb(0, [10, 1000], [10, 0], [20, 1000]),
        [requests("500")]: climb(0, [10, 0], [10, 1000], [20, 0]),
      },
      fires: ["12m30s", "20m"],
      quiet: ["11m", "20m30s", "23m30s", "26m", "39m"],
    },
    nan: {
      series: { [requests("200")]: hold([20, "NaN"]), [requests("500")]: hold([20, "NaN"]) },
      quiet: ["3m", "10m", "19m"],
    },
    absent: {
      // The backend makes the series of a status with its first answer.
      series: { [requests("200")]: climb(0, [20, 1000]) },
      quiet: ["3m", "19m"],
    },
    churn: {
      series: churning({ "200": 900, "500": 100 }),
      fires: ["3m", "7m", "12m", "19m"],
    },
    born: {
      // Five hundred errors between two scrapes, and few after.
      series: {
        ...Object.fromEntries(
          Object.keys(noise("200", 1)).map((name) => [name, hold([10, "_"], [20, 1e6])]),
        ),
        [requests("200")]: climb(500, [30, 0.02]),
        [requests("500")]: climb(500, [10, "_"], [20, 0.02]),
      },
      quiet: ["11m30s", "15m", "16m"],
      fires: ["12m", "14m30s"],
    },
  },
  more: [
    {
      title: "a failover of 40 s that is over",
      series: {
        ...noise("200", 20),
        ...Object.fromEntries(
          [elsewhere, probe, { endpoint: "/metrics" }].map((labels) => [
            requests("200", { ...labels, pod: "c" }),
            hold([11.5, "_"], [8.5, 1e6]),
          ]),
        ),
        ...Object.fromEntries(
          ["a", "b"].flatMap((pod) => [
            [requests("200", { pod }), climb(0, [10, 500], [0.5, 0], [0.5, 333], [9, 500])],
            [requests("503", { pod }), climb(0, [10, 0], [0.5, 500], [0.5, 167], [9, 0])],
          ]),
        ),
      },
      quiet: ["10m", "11m30s", "12m", "12m30s", "13m30s", "15m", "19m"],
    },
    {
      title: "an outage with a gap of one scrape",
      series: {
        [requests("200")]: climb(0, [10, 1000], [1, 500], [0.5, "_"], [8.5, 500]),
        [requests("503")]: climb(0, [10, 0], [1, 500], [0.5, "_"], [8.5, 500]),
      },
      quiet: ["11m30s"],
      fires: ["12m", "12m30s", "19m"],
    },
    {
      title: "an outage with a gap of two",
      series: {
        [requests("200")]: climb(0, [10, 1000], [1, 500], [1, "_"], [8, 500]),
        [requests("503")]: climb(0, [10, 0], [1, 500], [1, "_"], [8, 500]),
      },
      fires: ["12m", "12m30s", "19m"],
    },
    {
      title: "nobody asks any more: that is no answer",
      series: {
        [requests("200")]: climb(0, [10, 2], [10, 0]),
        [requests("503")]: climb(0, [10, 0], [2, 12], [8, 0]),
      },
      fires: ["12m30s", "14m"],
    },
    {
      title: "errors of three kinds, each within a scrape",
      series: {
        [requests("200")]: climb(0, [20, 1000]),
        [requests("500")]: hold([10, "_"], [10, 300]),
        [requests("502")]: hold([11.5, "_"], [8.5, 300]),
        [requests("503")]: hold([13, "_"], [7, 300]),
      },
      quiet: ["11m30s", "14m30s", "15m"],
      fires: ["12m", "14m"],
    },
    {
      title: "many errors a while ago, few since, and a pod first seen with much behind it",
      series: {
        [requests("200")]: climb(0, [20, 980]),
        [requests("500")]: climb(0, [20, 20]),
        [requests("503", { pod: "b" })]: hold([10, "_"], [10, 2000]),
        [requests("200", { pod: "c" })]: hold([11.5, "_"], [8.5, 5000]),
      },
      quiet: ["12m", "13m30s", "14m30s", "15m"],
    },
    {
      title: "of a hundred answers ninety-nine are none",
      series: {
        [requests("503")]: hold([10, "_"], [10, 2000]),
        [requests("200", { pod: "b" })]: hold([11.5, "_"], [8.5, 99]),
        [requests("500", { pod: "b" })]: hold([11.5, "_"], [8.5, 1]),
      },
      quiet: ["11m30s", "12m", "12m30s", "14m30s"],
    },
    {
      title: "0.2 % of errors at 50 requests a second page nobody",
      series: {
        [requests("200")]: climb(0, [30, 2994]),
        [requests("500")]: climb(0, [30, 6]),
      },
      quiet: ["5m", "10m", "29m"],
    },
    {
      title: "every request fails, of which there are few: 0.04 a second",
      series: { [requests("500")]: climb(0, [30, 2.4]) },
      fires: ["10m", "29m"],
    },
    {
      title: "every request fails, a third of 0.04 a second on each pod",
      series: Object.fromEntries(
        ["a", "b", "c"].map((pod) => [requests("500", { pod }), climb(0, [30, 0.8])]),
      ),
      fires: ["10m", "29m"],
    },
    {
      title: "exactly 5 %, of series born in one scrape",
      series: { [requests("200")]: hold([4, 190]), [requests("500")]: hold([4, 10]) },
      quiet: ["2m", "3m30s"],
    },
    {
      title: "ten errors are a share",
      series: { [requests("500")]: hold([4, 10]) },
      fires: ["2m", "3m30s"],
    },
    {
      title: "nine are not: one failed poll of a quiet night pages nobody",
      series: { [requests("500")]: hold([4, 9]) },
      quiet: ["2m", "3m30s"],
    },
    {
      title: "pods come and go in health",
      series: churning({ "200": 1000 }),
      quiet: ["3m", "7m", "12m", "19m"],
    },
    {
      title: "a pod that served for long is first seen in trouble",
      series: {
        [requests("200")]: climb(1e5, [12, 900]),
        [requests("500")]: climb(0, [12, 100]),
      },
      quiet: ["2m30s", "4m30s", "6m"],
      fires: ["7m30s", "11m"],
    },
  ],
};

/** Requests of one pod that took up to so many seconds, each minute. */
function durations(
  counts: [half: number, one: number, more: number],
  spans: [minutes: number, factor: number][],
  labels: Record<string, string> = {},
): Record<string, string> {
  const [half, one, more] = counts;
  const upTo = {
    "0.5": half,
    "1": half + one,
    "2.5": half + one + more,
    "+Inf": half + one + more,
  };
  const usual = { namespace: "mini-xdr", job, pod: "a", endpoint: "/api/incidents" };
  return Object.fromEntries(
    Object.entries(upTo).map(([le, count]) => [
      series("http_request_duration_seconds_bucket", { ...usual, ...labels, le }),
      climb(0, ...spans.map(([minutes, factor]): [number, number] => [minutes, count * factor])),
    ]),
  );
}

const fast: [number, number, number] = [1000, 0, 0];
const slow: [number, number, number] = [0, 0, 1000];
const notAsked = (counts: [number, number, number]) => ({
  ...durations(counts, [[30, 100]], elsewhere),
  ...durations(counts, [[30, 100]], probe),
});

export const slowResponseTime: Table = {
  alert: "SlowResponseTime",
  labels: { job },
  says: "95 % of the requests of the last five minutes took up to 1.058s.",
  kinds: {
    // 5.2 % take longer than a second; two routes of a pod each have their own share.
    fires: {
      series: {
        ...notAsked(fast),
        ...durations([500, 448, 2], [[30, 1]]),
        ...durations([0, 0, 50], [[30, 1]], { endpoint: "/api/events" }),
      },
      quiet: ["5m"],
      fires: ["5m30s", "29m"],
    },
    below: {
      series: {
        ...notAsked(slow),
        ...durations([500, 452, 0], [[30, 1]]),
        ...durations([0, 0, 48], [[30, 1]], { pod: "b" }),
      },
      quiet: ["10m", "29m"],
    },
    resolves: {
      series: {
        ...durations(slow, [
          [10, 0],
          [10, 1],
          [20, 0],
        ]),
        ...durations(fast, [[40, 1]], { pod: "b" }),
      },
      quiet: ["14m30s", "25m", "26m"],
      fires: ["15m30s", "22m30s", "23m30s"],
    },
    nan: {
      // Nobody asks: 0/0.
      series: durations(slow, [[30, 0]]),
      quiet: ["10m", "29m"],
    },
    absent: { series: {}, quiet: ["10m"] },
    churn: {
      series: Object.fromEntries(
        Object.entries({ a: lives(1000).a, b: lives(1000).b, c: lives(1000).c }).flatMap(
          ([pod, values]) =>
            Object.keys(durations(slow, [[1, 1]], { pod })).map((name) => [
              name,
              /le="(2.5|\+Inf)"/.test(name) ? values : values.replaceAll(/\d+/g, "0"),
            ]),
        ),
      ),
      fires: ["6m", "12m", "19m"],
    },
    born: {
      // What a bucket holds when it is first seen is of a time before; only what is added counts.
      series: Object.fromEntries(
        Object.entries(durations(fast, [[20, 1]])).map(([name, values]) => [
          name,
          /le="(2.5|\+Inf)"/.test(name)
            ? values.replaceAll(/\d+/g, (count) => String(Number(count) + 5000))
            : values,
        ]),
      ),
      quiet: ["6m", "19m"],
    },
  },
  more: [
    {
      title: "a small pod is slow beside a large quick one",
      series: {
        ...durations(fast, [[30, 1]]),
        ...durations([0, 0, 100], [[30, 1]], { pod: "b" }),
      },
      fires: ["6m", "29m"],
    },
    {
      title: "exactly one in twenty takes longer",
      // Figures whose share is exact in floating point.
      series: durations([150, 135, 15], [[30, 1]]),
      quiet: ["6m", "29m"],
    },
  ],
};
