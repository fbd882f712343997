import assert from "node:assert/strict";
import { groupsOf, slos } from "../../../observability/slo";
import { needTools } from "../../support/need-tools";
import { constant, counter, firing, play, type Expectation, type Series } from "./promtool";

interface Case {
  title: string;
  slo?: string;
  series: Series[];
  expected: Expectation[];
}

const interval = 30;
const api = "api-availability";
const job = 'job="mini-xdr-backend"';
const at = (values: number) => (values - 1) * interval;

const requests = (status: number, instance = 1, more = 'endpoint="/api/incidents"') =>
  `http_requests_total{${job},instance="${instance}",status="${status}",${more}}`;
const up = (values: number, instance = 1) =>
  constant(`up{${job},instance="${instance}"}`, 1, values);
const started = (seconds: number, values: number, instance = 1) =>
  constant(`process_start_time_seconds{${job},instance="${instance}"}`, seconds, values);
const edge = (figure: string, values: string, group = "backend") => ({
  series: `aws_applicationelb_${figure}_sum{dimension_LoadBalancer="app/mini-xdr-prod/1"${group && `,dimension_TargetGroup="targetgroup/mini-xdr-prod-${group}/1"`}}`,
  values,
});

/** What the exporter shows where CloudWatch has no figure. */
const nan = (values: number) => Array<string>(values).fill("NaN").join(" ");

const events = (outcome: "all" | "bad", source = "backend", slo = api) =>
  `slo:events:sum30s{slo="${slo}",outcome="${outcome}",source="${source}"}`;
const ratio = (window: string) => `slo:bad:ratio${window}{slo="${api}"}`;
const page = firing(api, "critical");
const silent = firing(api, "critical", "ServiceSilent");

const cases: Case[] = [
  {
    title: "an idle night has no ratio and no alert",
    series: [up(40), counter(requests(200), [10, 20], [0, 20])],
    expected: [
      { expr: events("all"), at: at(40), value: 0 },
      { expr: events("bad"), at: at(40), value: 0 },
      { expr: ratio("5m"), at: at(40) },
      { expr: page, at: at(40) },
      { expr: silent, at: at(40) },
    ],
  },
  {
    title: "a fresh pod without any request but probes is idle, not silent",
    series: [up(20), counter(requests(200, 1, 'endpoint="/health/serving"'), [6, 20])],
    expected: [
      { expr: events("all"), at: at(20), value: 0 },
      { expr: silent, at: at(20) },
    ],
  },
  {
    title: "probes count nowhere, by either name of the label",
    series: [
      up(20),
      counter(requests(200), [10, 20]),
      counter(requests(503, 1, 'endpoint="/health/ready"'), [6, 20]),
      counter(requests(503, 1, 'endpoint="http",exported_endpoint="/health/ready"'), [6, 20]),
    ],
    expected: [
      { expr: events("all"), at: at(20), value: 10 },
      { expr: events("bad"), at: at(20), value: 0 },
    ],
  },
  {
    title: "a counter that is first seen at 500 counts 500",
    series: [
      up(20),
      counter(requests(200), [10, 20]),
      counter(requests(500), [undefined, 10], [500, 1], [0, 9]),
    ],
    expected: [
      { expr: events("bad"), at: at(10), value: 0 },
      { expr: events("bad"), at: at(11), value: 500 },
      { expr: events("all"), at: at(11), value: 510 },
      { expr: events("bad"), at: at(12), value: 0 },
      { expr: page, at: at(11), value: 1 },
    ],
  },
  {
    title: "a new pod counts from its start, and one that ended no more",
    series: [
      up(11),
      counter(requests(200), [10, 11], ["stale", 9]),
      { series: `up{${job},instance="2"}`, values: "_x10 1x9" },
      { series: `process_start_time_seconds{${job},instance="2"}`, values: "_x10 290x9" },
      counter(requests(200, 2), [undefined, 10], [7, 10]),
    ],
    expected: [
      { expr: events("all"), at: at(10), value: 10 },
      { expr: events("all"), at: at(11), value: 17 },
      { expr: events("all"), at: at(12), value: 7 },
      { expr: page, at: at(20) },
      { expr: silent, at: at(20) },
    ],
  },
  {
    title: "a counter that starts again counts from zero",
    series: [up(20), { series: requests(200), values: "10+10x9 4+10x9" }],
    expected: [{ expr: events("all"), at: at(11), value: 4 }],
  },
  {
    title: "what Prometheus did not see for long is not counted as if it were new",
    series: [
      { series: `up{${job},instance="1"}`, values: "1x9 _x20 1x9" },
      { series: `process_start_time_seconds{${job},instance="1"}`, values: "-9000x9 _x20 -9000x9" },
      { series: requests(200), values: "1000+10x9 _x20 1310+10x9" },
      { series: requests(500), values: "900+0x9 _x20 900+0x9" },
    ],
    expected: [
      { expr: events("bad"), at: at(31), value: 0 },
      { expr: events("all"), at: at(31), value: 0 },
      { expr: events("all"), at: at(32), value: 10 },
      { expr: page, at: at(32) },
    ],
  },
  {
    title: "what it did not see for a short time is counted afterwards",
    series: [
      { series: `up{${job},instance="1"}`, values: "1x9 stale _x2 1x9" },
      started(-9000, 23),
      { series: requests(200), values: "1000+10x9 stale _x2 1130+10x9" },
    ],
    expected: [{ expr: events("all"), at: at(14), value: 40 }],
  },
  {
    title: "the edge counts a minute, so half of it each evaluation; its errors are both kinds",
    series: [
      up(20),
      counter(requests(200), [10, 20]),
      counter(requests(500), [1, 20]),
      edge("request_count", "200x19"),
      edge("request_count", "900x19", "frontend"),
      edge("httpcode_target_5_xx_count", "6x19"),
      edge("httpcode_target_5_xx_count", "50x19", "frontend"),
      edge("httpcode_elb_5_xx_count", "2x19", ""),
    ],
    expected: [
      { expr: events("all", "edge"), at: at(20), value: 100 },
      { expr: events("bad", "edge"), at: at(20), value: 4 },
      { expr: events("all"), at: at(20) },
      { expr: events("bad"), at: at(20) },
      { expr: ratio("5m"), at: at(20), value: 0.04 },
    ],
  },
  {
    title: "the page's errors at the edge are its own targets'",
    slo: "page-availability",
    series: [
      edge("request_count", "900x19", "frontend"),
      edge("httpcode_target_5_xx_count", "50x19", "frontend"),
      edge("httpcode_elb_5_xx_count", "2x19", ""),
    ],
    expected: [
      { expr: events("all", "edge", "page-availability"), at: at(20), value: 450 },
      { expr: events("bad", "edge", "page-availability"), at: at(20), value: 25 },
    ],
  },
  {
    title: "figures that CloudWatch does not have are no errors, and no NaN",
    series: [edge("request_count", "200x19"), edge("httpcode_elb_5_xx_count", nan(20), "")],
    expected: [
      { expr: events("bad", "edge"), at: at(20), value: 0 },
      { expr: ratio("5m"), at: at(20), value: 0 },
    ],
  },
  {
    title: "a balancer without any target fails every request",
    series: [
      edge("request_count", `200x9 ${nan(10)}`),
      edge("httpcode_elb_5_xx_count", `${nan(10)} 200x9`, ""),
    ],
    expected: [
      { expr: events("all", "edge"), at: at(20), value: 100 },
      { expr: events("bad", "edge"), at: at(20), value: 100 },
      { expr: page, at: at(20), value: 1 },
    ],
  },
  {
    title: "where the edge is missing the backend counts, each event once",
    series: [
      up(20),
      counter(requests(200), [98, 20]),
      counter(requests(500), [2, 20]),
      edge("request_count", `200x9 ${nan(10)}`),
    ],
    expected: [
      { expr: events("all", "edge"), at: at(10), value: 100 },
      { expr: events("bad", "edge"), at: at(10), value: 0 },
      { expr: events("all", "edge"), at: at(11) },
      { expr: events("all"), at: at(11), value: 100 },
      { expr: events("bad"), at: at(11), value: 2 },
      { expr: ratio("5m"), at: at(15), value: 0.01 },
      { expr: silent, at: at(20) },
    ],
  },
  {
    title: "just started, Prometheus calls nobody silent",
    series: [{ series: requests(200), values: "_x2 10+10x9" }],
    expected: [{ expr: silent, at: at(2) }],
  },
  ...['le="1"', 'le="1.0"'].map((le) => ({
    title: `an answer is quick within a second, ${le}`,
    slo: "api-latency",
    series: [
      up(20),
      counter(`http_request_duration_seconds_bucket{${job},instance="1",${le}}`, [9, 20]),
      counter(`http_request_duration_seconds_bucket{${job},instance="1",le="2.5"}`, [10, 20]),
      counter(`http_request_duration_seconds_count{${job},instance="1"}`, [10, 20]),
    ],
    expected: [
      { expr: events("all", "backend", "api-latency"), at: at(20), value: 10 },
      { expr: events("bad", "backend", "api-latency"), at: at(20), value: 1 },
      { expr: firing("api-latency", "critical"), at: at(20), value: 1 },
    ],
  })),
];

/** What is broken, how, and the case that notices it. */
const mutants: [mutant: string, from: string, to: string, title: string][] = [
  [
    "counters that are not counted from their birth",
    "[300s] offset 30s) == 1",
    "[300s] offset 30s) == 2",
    "a counter that is first seen",
  ],
  ["pods that are not counted from their start", "< 330", "< 0", "a new pod counts"],
  [
    "everything counted that was not seen before",
    "< 330",
    "< 1e9",
    "what Prometheus did not see for long",
  ],
  ["a memory of a minute", "[300s]", "[60s]", "what it did not see for a short time"],
  ["events counted over two evaluations", "offset 30s", "offset 60s", "probes count nowhere"],
  ["a ratio of nothing", " > 0)", " >= 0)", "an idle night"],
  ["probes that count", '!~"/health.*|/metrics"', '!="/metrics"', "probes count nowhere"],
  [
    "idle pods that are silent",
    "or 0 * group(http_requests_total",
    "or 0 * group(none",
    "a fresh pod",
  ],
  ["other errors", '"5.."', '"4.."', "a counter that is first seen"],
  ["figures that may be NaN", " >= 0", " >= 0 or vector(NaN)", "figures that CloudWatch"],
  ["a balancer without requests", "_request_count_sum", "_none_sum", "the edge counts a minute"],
  ["two sources at once", "and on (source) ", "and on () ", "the edge counts a minute"],
  ["no patience after a start", ">= 3", ">= 1", "just started"],
  [
    "only one way to write a second",
    String.raw`(\\.0)?`,
    "",
    'an answer is quick within a second, le="1.0"',
  ],
];

describe("the events of SLOs, by promtool", function () {
  this.timeout(300_000);
  before(async function () {
    await needTools(this, ["promtool"]);
  });

  async function judged({ slo = api, series, expected }: Case, change = (expr: string) => expr) {
    const groups = groupsOf(
      slos.find(({ name }) => name === slo)!,
      "enterprise",
    ).map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({ ...rule, expr: change(rule.expr) })),
    }));
    return play({ interval, rules: [groups], series, expected });
  }

  for (const one of cases)
    it(one.title, async () => {
      const { code, stdout, stderr } = await judged(one);
      assert.equal(code, 0, stdout + stderr);
    });

  for (const [mutant, from, to, title] of mutants)
    it(`notices ${mutant}`, async () => {
      const one = cases.find((one) => one.title.startsWith(title))!;
      let changed = false;
      const change = (expr: string) => {
        const text = expr.replaceAll(from, to);
        changed ||= text !== expr;
        return text;
      };
      const { code, stdout, stderr } = await judged(one, change);
      assert.ok(changed, "the rules do not have what the mutant changes");
      assert.match(stdout + stderr, /exp:/, "promtool refused the rules or the series");
      assert.notEqual(code, 0);
    });
});
