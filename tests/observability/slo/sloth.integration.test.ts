import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import { output } from "../../../lib/processes";
import {
  detection,
  evaluation,
  groupsOf,
  objectiveOf,
  slos,
  type Fault,
} from "../../../observability/slo";
import { tool } from "../../../tools";
import { needTools } from "../../support/need-tools";
import { constant, counter, firing, play, type Expectation, type Series } from "./promtool";

const tier = "enterprise";
const slo = slos.find(({ name }) => name === "api-availability")!;
const interval = evaluation.critical;
const hour = 3600 / interval;
const job = 'job="mini-xdr-backend",instance="1"';
const requests = (status: number) => `http_requests_total{${job},status="${status}"}`;
const up = (values: number) => constant(`up{${job}}`, 1, values);

/** The same SLO in Sloth's words. */
const spec = {
  version: "prometheus/v1",
  service: "api",
  slos: [
    {
      name: "availability",
      objective: objectiveOf(tier) * 100,
      sli: {
        events: {
          error_query:
            'sum(rate(http_requests_total{job="mini-xdr-backend",status=~"5.."}[{{.window}}]))',
          total_query: 'sum(rate(http_requests_total{job="mini-xdr-backend"}[{{.window}}]))',
        },
      },
      alerting: { name: "SlothBurn", page_alert: {}, ticket_alert: {} },
    },
  ],
};

const ours = firing(slo.name, "critical");
const ourSilence = firing(slo.name, "critical", "ServiceSilent");
const theirs = 'ALERTS{alertname="SlothBurn",sloth_severity="page",alertstate="firing"}';

describe("our rules beside Sloth's, on the same series", function () {
  this.timeout(300_000);
  let sloths: string;

  before(async function () {
    await needTools(this, ["promtool", "sloth"]);
    const folder = await mkdtemp(join(tmpdir(), "mini-xdr-sloth-"));
    try {
      const [input, generated] = [join(folder, "spec.yaml"), join(folder, "rules.yaml")];
      await writeFile(input, dump(spec));
      await output(await tool("sloth"), ["generate", "-i", input, "-o", generated]);
      sloths = await readFile(generated, "utf8");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  async function holds(series: Series[], expected: Expectation[]): Promise<void> {
    const rules = [groupsOf(slo, tier), sloths];
    const { code, stdout, stderr } = await play({ interval, rules, series, expected });
    assert.equal(code, 0, stdout + stderr);
  }

  const faults: [title: string, Fault, share: number, lasts: number][] = [
    ["every request fails", "outage", 1, hour],
    ["ten times too many fail", { burn: 10 }, 0.01, 5 * hour],
  ];
  for (const [title, fault, share, lasts] of faults)
    it(`fire and reset within one evaluation of them when ${title}`, async () => {
      const [before, after] = [6 * hour, hour];
      const bad = 3000 * share;
      const series = [
        up(before + lasts + after),
        counter(requests(200), [3000, before], [3000 - bad, lasts], [3000, after]),
        counter(requests(500), [0, before], [bad, lasts], [0, after]),
      ];
      const { secondsToPage, secondsToReset } = detection(slo, tier, fault)!;
      const start = (before - 1) * interval;
      const end = start + lasts * interval;
      const page = start + Math.ceil(secondsToPage / interval + 1e-6) * interval;
      const reset = end + Math.ceil(secondsToReset / interval) * interval;
      await holds(series, [
        // Where a ratio is exactly at its limit the last digit decides; hence one evaluation.
        { expr: ours, at: page - 2 * interval },
        { expr: ours, at: page, value: 1 },
        { expr: theirs, at: page - 2 * interval },
        { expr: theirs, at: page + interval, value: 1 },
        { expr: ours, at: reset - 2 * interval, value: 1 },
        { expr: ours, at: reset + interval },
        { expr: theirs, at: reset - 2 * interval, value: 1 },
        { expr: theirs, at: reset + interval },
      ]);
    });

  it("hold on an idle night, which poisons theirs with NaN for a month", async () => {
    const values = 4 * hour;
    const series = [
      up(values),
      counter(requests(200), [3000, hour], [0, hour], [3000, 2 * hour]),
      counter(requests(500), [0, values]),
    ];
    const [at, night] = [(values - 1) * interval, 1.5 * hour * interval];
    const notANumber = (series: string) => `count(${series} != ${series})`;
    await holds(series, [
      { expr: notANumber("slo:sli_error:ratio_rate5m"), at: night, value: 1 },
      { expr: notANumber("slo:sli_error:ratio_rate30d"), at, value: 1 },
      { expr: notANumber("slo:period_error_budget_remaining:ratio"), at, value: 1 },
      { expr: "slo:bad:ratio5m", at: night },
      { expr: "slo:bad:ratio30d", at: night, value: 0 },
      { expr: `slo:budget:remaining{slo="${slo.name}"}`, at, value: 1 },
    ]);
  });

  it("page a total outage that silences its own metrics, which theirs never do", async () => {
    const series = [counter(requests(200), [3000, hour], ["stale", hour])];
    const { secondsToPage } = detection(slo, tier, "absence")!;
    const start = (hour - 1) * interval;
    const page = start + Math.ceil(secondsToPage / interval) * interval;
    await holds(series, [
      { expr: ourSilence, at: page - interval },
      { expr: ourSilence, at: page, value: 1 },
      ...[1, 10, 60, 119].map((values) => ({ expr: theirs, at: start + values * interval })),
    ]);
  });

  it("weigh a busy hour more than a quiet one, which theirs take for equal", async () => {
    // 120 × 2997 good ones, then 120 × 3 bad ones: a tenth of a percent, the budget to the last.
    const series = [
      up(2 * hour + 1),
      counter(requests(200), [0, 1], [2997, hour], [0, hour]),
      counter(requests(500), [0, hour + 1], [3, hour]),
    ];
    const at = 2 * hour * interval;
    await holds(series, [
      { expr: `slo:bad:ratio30d{slo="${slo.name}"}`, at, value: 0.001 },
      { expr: "slo:sli_error:ratio_rate30d > bool 0.4", at, value: 1 },
    ]);
  });

  it("see errors whose counter is born with them, which theirs miss", async () => {
    const series = [
      up(2 * hour),
      counter(requests(200), [3000, 2 * hour]),
      counter(requests(500), [undefined, hour], [30_000, 1], [0, hour - 1]),
    ];
    await holds(series, [
      { expr: ours, at: hour * interval, value: 1 },
      ...[0, 1, 5, 9, 30].map((values) => ({ expr: theirs, at: (hour + values) * interval })),
    ]);
  });
});
