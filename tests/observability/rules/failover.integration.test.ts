import assert from "node:assert/strict";
import { alertNamed } from "../../../observability/dashboards/limits";
import { needTools } from "../../support/need-tools";
import { series, type Case } from "./cases";
import { judge } from "./promtool";

/** When all outages begin, and how long they are watched, seconds. */
const start = 600;
const end = 1320;
/** Requests a second that a pod answers. */
const rate = 10;

/** What happens to even traffic: a share of it is answered with 503 for some time. */
interface Outage {
  seconds: number;
  share: number;
  /** Seconds from the last scrape before it to its start. */
  since: number;
  /** Seconds by which each pod's scrape comes before the evaluation. */
  pods: number[];
  /** Whether the pods have answered 503 before; else the series is born in it. */
  known: boolean;
}

const titleOf = (outage: Outage) => JSON.stringify(outage);

/** Every case of these outages. */
function outages(lengths: number[], shares: number[]): Outage[] {
  const phases = [[0], [0, 10, 20], [0, 0, 29], [0, 29, 29]];
  return lengths.flatMap((seconds) =>
    shares.flatMap((share) =>
      [0, 7, 14, 21, 28].flatMap((since) =>
        phases.flatMap((pods) =>
          [true, false].map((known) => ({ seconds, share, since, pods, known })),
        ),
      ),
    ),
  );
}

/** What is scraped of an outage; each moment of it is asked for an alert. */
function caseOf(outage: Outage): Case {
  const { seconds, share, since, pods, known } = outage;
  const scrapes = Array.from({ length: end / 30 + 1 }, (_, index) => index * 30);
  const failed = (time: number) =>
    rate * share * Math.max(0, Math.min(time - start - since, seconds));
  const values = pods.map((before, pod) => {
    const labels = { namespace: "mini-xdr", job: "mini-xdr-backend", pod: String(pod) };
    const of = (status: string, value: (time: number) => number | "_") =>
      [
        series("http_requests_total", { ...labels, endpoint: "/api/incidents", status }),
        scrapes.map((time) => value(time - before)).join(" "),
      ] as const;
    return [
      of("200", (time) => rate * (time + 30) - failed(time)),
      of("503", (time) => failed(time) || (known ? 0 : "_")),
    ];
  });
  return {
    title: titleOf(outage),
    series: Object.fromEntries(values.flat()),
    quiet: scrapes.filter((time) => time >= start).map((time) => `${time}s`),
  };
}

/** The times at which each outage pages, by its title, and those at which the five minutes alone would. */
async function pagesOf(of: Outage[]) {
  const rule = alertNamed("HighErrorRate");
  const [long] = rule.expr.split(" unless sum by (job)");
  const rules = [rule, { ...rule, alert: "FiveMinutes", expr: long! }];
  const asked = { recordings: [], cases: of.map(caseOf), annotations: {}, annotated: () => ({}) };
  const failures = await judge(rules.map((each) => ({ ...asked, rule: each })));
  return rules.map(({ alert }) => {
    const pages = new Map<string, string[]>();
    for (const line of failures.get(alert) ?? []) {
      const [, title, time] = /^(\{.*\}), (\S+):$/.exec(line) ?? [];
      if (title) pages.set(title, [...(pages.get(title) ?? []), time!]);
    }
    return pages;
  }) as [now: Map<string, string[]>, fiveMinutes: Map<string, string[]>];
}

describe("HighErrorRate and a failover of the database, by promtool", function () {
  this.timeout(300_000);
  before(async function () {
    await needTools(this, ["promtool"]);
  });

  it("pages nobody for one of 35 or 45 s, where the five minutes alone always would", async () => {
    const all = outages([35, 45], [0.5, 0.75, 1]);
    const [now, fiveMinutes] = await pagesOf(all);
    assert.deepEqual([...now], []);
    assert.equal(fiveMinutes.size, all.length);
  });

  it("always pages for one of 120 s that 55 % of the requests meet, or more", async () => {
    const all = outages([120], [0.55, 0.75, 1]);
    const [now] = await pagesOf(all);
    assert.deepEqual(
      all.map(titleOf).filter((title) => !now.has(title)),
      [],
    );
  });

  it("pages for one that lasts at the very moment at which the five minutes alone would", async () => {
    const [now, fiveMinutes] = await pagesOf(outages([end], [0.06, 0.1, 0.4, 0.5, 1]));
    assert.deepEqual(now, fiveMinutes);
    assert.ok(now.size > 0);
  });

  it("says how often one in between pages", async () => {
    for (const [seconds, share] of [
      [60, 0.5],
      [60, 1],
      [90, 0.5],
      [90, 1],
      [120, 0.5],
    ] as const) {
      const all = outages([seconds], [share]);
      const [now] = await pagesOf(all);
      const percent = share * 100;
      console.log(`      ${seconds} s of ${percent} %: ${now.size} of ${all.length} phases page`);
    }
  });
});
