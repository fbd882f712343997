import assert from "node:assert/strict";
import pWaitFor from "p-wait-for";
import { LocalServer } from "../../../lib/http-server";
import {
  availability,
  budgetOf,
  burnOf,
  detection,
  evaluation,
  groupsOf,
  secondsOf,
  tiers,
  type Detection,
  type Fault,
  type Slo,
  type Tier,
} from "../../../observability/slo";
import type { RuleGroup } from "../../../observability/rule";
import { needTools } from "../../support/need-tools";
import { Prometheus } from "./prometheus";
import { scaled } from "./scaled";

/**
 * All windows and intervals are divided by this. What lies before the start of Prometheus, the days
 * that no test can wait for, is read into its blocks: the sums that our rules would have recorded,
 * and the counters of the last minute. From then on it scrapes a stand-in of the backend, which
 * serves nothing but the counters, and evaluates by the wall clock.
 */
const factor = 10;

const perSecond = 100;
/** Seconds from the start to the moment at which a fault of the past is predicted to page or reset. */
const wait = { critical: 30, warning: 90 };
/** When the metrics end, seconds from the start. */
const silentFrom = 15;
/** Seconds between two scrapes and between two evaluations that page. */
const scrape = 1;
const step = evaluation.critical / factor;

/** One tier meets one fault, whose alert is about to fire or to end. */
interface Scenario {
  name: string;
  slo: Slo;
  tier: Tier;
  fault: Fault;
  awaits: "page" | "reset";
  predicted: Detection;
  alert: string;
}

const faults: [string, Fault][] = [
  ["outage", "outage"],
  ["burn10", { burn: 10 }],
  ["burn2", { burn: 2 }],
  ["absence", "absence"],
];

const scenarios: Scenario[] = tiers
  .flatMap((tier) =>
    faults.flatMap(([word, fault]) =>
      (["page", "reset"] as const).map((awaits): Scenario => {
        const name = `${tier}-${word}-${awaits}`;
        const slo = availability(name, {
          job: name,
          targetGroup: "backend",
          loadBalancerErrors: true,
        });
        const alert = fault === "absence" ? "ServiceSilent" : "ErrorBudgetBurn";
        return { name, slo, tier, fault, awaits, alert, predicted: detection(slo, tier, fault)! };
      }),
    ),
  )
  .filter(({ fault, awaits }) => fault !== "absence" || awaits === "page");

describe("detection, by a real Prometheus", function () {
  this.timeout(300_000);
  let exporter: LocalServer;
  let prometheus: Prometheus;
  let start: number;
  /** When a scenario's alert fired, by evaluations. */
  let fired: Map<string, number[]>;

  before(async function () {
    await needTools(this, ["promtool", "prometheus"]);
    this.timeout(300_000);
    exporter = await LocalServer.start((request, response) => {
      const scenario = scenarios.find(({ name }) => request.url === `/${name}`)!;
      const now = Date.now() / 1000;
      if (isSilent(scenario, now)) return void response.writeHead(503).end();
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(metrics(scenario, now));
    });
    const target = new URL(exporter.url).host;
    start = Math.floor(Date.now() / 1000);
    prometheus = await Prometheus.start({
      past: past(target),
      rules: scaled(scenarios.flatMap(groupsThatCount), factor),
      jobs: Object.fromEntries(scenarios.map(({ name }) => [name, `/${name}`])),
      target,
      scrapeSeconds: scrape,
      lookbackSeconds: 300 / factor,
    });
    const over = async () => {
      fired = await prometheus.times('ALERTS{alertstate="firing"}', 200, "slo");
      return (
        Date.now() / 1000 > Math.max(...scenarios.map((one) => lateness(one).latest)) + 2 * step
      );
    };
    await pWaitFor(over, { interval: 2000 });
  });
  after(async () => {
    await prometheus?.stop();
    await exporter?.stop();
  });

  for (const scenario of scenarios)
    it(`${scenario.awaits} is as predicted: ${scenario.name}`, () => {
      const { due, earliest, latest, measured } = lateness(scenario);
      assert.ok(measured !== undefined, "it did not fire");
      const late = `${(measured - due).toFixed(1)} s after the predicted moment`;
      if (process.env.MINI_XDR_FIGURES) console.log(`      ${late}`);
      assert.ok(measured >= earliest && measured <= latest, late);
    });

  /** The predicted moment, an evaluation around it, and a scrape more; and what Prometheus did. */
  function lateness(scenario: Scenario) {
    const { slo, awaits, predicted } = scenario;
    const every = evaluation[predicted.severity] / factor;
    const due = start + offsetOf(scenario);
    const times = fired?.get(slo.name) ?? [];
    const measured =
      awaits === "page" ? times[0] : times.length > 0 ? times.at(-1)! + every : undefined;
    // What warns reads the events that the other group counted.
    const lag = predicted.severity === "critical" ? every : every + step;
    return { due, earliest: due - every, latest: due + lag + scrape, measured };
  }

  /** Seconds from the start to the predicted moment. */
  function offsetOf({ fault, predicted }: Scenario): number {
    if (fault === "absence") return silentFrom + predicted.secondsToPage / factor;
    return wait[predicted.severity];
  }

  /** When requests fail, so that the alert is due to fire or to end at the predicted moment. */
  function faultOf(scenario: Scenario): { from: number; to: number } {
    const { fault, awaits, predicted } = scenario;
    if (fault === "absence") return { from: Infinity, to: Infinity };
    const due = start + offsetOf(scenario);
    return awaits === "page"
      ? { from: due - predicted.secondsToPage / factor, to: Infinity }
      : { from: -Infinity, to: due - predicted.secondsToReset / factor };
  }

  function isSilent({ fault }: Scenario, time: number): boolean {
    return fault === "absence" && time > start + silentFrom;
  }

  /** Requests between two times, and the bad ones among them. */
  function requests(scenario: Scenario, since: number, until: number) {
    const { from, to } = faultOf(scenario);
    const share = burnOf(scenario.tier, scenario.fault) * budgetOf(scenario.tier);
    const badSeconds = Math.max(0, Math.min(until, to) - Math.max(since, from));
    return { all: (until - since) * perSecond, bad: badSeconds * perSecond * share };
  }

  /** The counters of a backend that was born a minute before the start. */
  function counters(scenario: Scenario, time: number, labels = ""): Line[] {
    const { all, bad } = requests(scenario, start - 60, time);
    const line = (status: number, value: number): Line => [
      `http_requests_total{${labels}endpoint="/api/incidents",status="${status}"}`,
      value,
    ];
    return [line(200, all - bad), ...(bad > 0 ? [line(500, bad)] : [])];
  }

  function metrics(scenario: Scenario, time: number): string {
    return counters(scenario, time)
      .map(([series, value]) => `${series} ${value}\n`)
      .join("");
  }

  /** What Prometheus would have stored by the start, in OpenMetrics, family by family. */
  function past(target: string): string {
    const sums: string[] = [];
    const scraped: string[] = [];
    const ups: string[] = [];
    for (const scenario of scenarios) {
      const { name, predicted } = scenario;
      const longest = predicted.severity === "critical" ? "6h" : "3d";
      for (let time = start - secondsOf(longest) / factor - 60; time <= start; time += step)
        for (const [outcome, sum] of Object.entries(requests(scenario, time - step, time)))
          sums.push(
            `slo:events:sum30s{slo="${scenario.slo.name}",service="${name}",outcome="${outcome}",source="backend"} ${sum} ${time}`,
          );
      const labels = `job="${name}",instance="${target}",`;
      for (let time = start - 30; time <= start; time += step) {
        for (const [series, value] of counters(scenario, time, labels))
          scraped.push(`${series} ${value} ${time}`);
        ups.push(`up{job="${name}",instance="${target}"} 1 ${time}`);
      }
    }
    return [...sums, ...scraped, ...ups, "# EOF", ""].join("\n");
  }
});

type Line = [series: string, value: number];

function groupsThatCount({ slo, tier, predicted }: Scenario): RuleGroup[] {
  const groups = groupsOf(slo, tier);
  return predicted.severity === "critical" ? groups.slice(0, 1) : groups;
}
