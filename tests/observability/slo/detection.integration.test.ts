import assert from "node:assert/strict";
import {
  availability,
  detection,
  evaluation,
  groupsOf,
  objectiveOf,
  burnOf,
  tiers,
  type Fault,
  type Slo,
  type Tier,
} from "../../../observability/slo";
import { isAlert, type Alert, type Recording } from "../../../observability/rule";
import { needTools } from "../../support/need-tools";
import { constant, counter, firing, play, type Expectation, type Series } from "./promtool";

const day = 86_400;

/** A fault after a time without errors that fills the windows which see it. */
interface Case {
  title: string;
  fault: Fault;
  /** Seconds without errors before it, of it, and after it. */
  before: number;
  lasts: number;
  after: number;
}

const cases: Case[] = [
  { title: "every request fails", fault: "outage", before: day / 4, lasts: 7200, after: 3600 },
  {
    title: "ten times too many fail",
    fault: { burn: 10 },
    before: day / 4,
    lasts: day / 4,
    after: 3600,
  },
  {
    title: "twice too many fail",
    fault: { burn: 2 },
    // Not three days: the alert would be born when promtool's storage compacts, and be lost at times.
    before: 3.25 * day,
    lasts: 1.75 * day,
    after: day / 6,
  },
  { title: "the metrics end", fault: "absence", before: 3600, lasts: 3600, after: 600 },
];

/** Requests of a service in one interval. */
const traffic = 3000;

/** A service of its own for a tier, so that all tiers see a fault in one run. */
function serviceOf(tier: Tier): { slo: Slo; job: string } {
  const job = `${tier}-backend`;
  const counted = { job, targetGroup: "backend", loadBalancerErrors: true } as const;
  return { slo: availability(tier, counted), job };
}

function seriesOf(tier: Tier, { fault, ...seconds }: Case, interval: number): Series[] {
  const { job } = serviceOf(tier);
  const [before, lasts, after] = [seconds.before, seconds.lasts, seconds.after].map(
    (time) => time / interval,
  ) as [number, number, number];
  const name = (status: number) =>
    `http_requests_total{job="${job}",instance="1",endpoint="/api/incidents",status="${status}"}`;
  const up = constant(`up{job="${job}",instance="1"}`, 1, before + lasts + after);
  if (fault === "absence")
    return [up, counter(name(200), [traffic, before], ["stale", lasts], [traffic, after])];
  const bad = Math.round(traffic * burnOf(tier, fault) * (1 - objectiveOf(tier)));
  return [
    up,
    counter(name(200), [traffic, before], [traffic - bad, lasts], [traffic, after]),
    // It is born with the fault.
    counter(name(500), [undefined, before], [bad, lasts], [0, after]),
  ];
}

type Rule = Alert | Recording;

const replaced = (from: string, to: string) => (rule: Rule) => ({
  ...rule,
  expr: rule.expr.replaceAll(from, to),
});
const waiting = (time: string) => (rule: Rule) => (isAlert(rule) ? { ...rule, for: time } : rule);

/** What is broken, the fault that shows it, and how. */
const mutants: [mutant: string, Fault, (rule: Rule) => Rule][] = [
  ["a limit a tenth higher", "outage", replaced("> 0.144", "> 0.158")],
  ["a limit a tenth lower", "outage", replaced("> 0.144", "> 0.13")],
  ["a long window of two hours", "outage", replaced("[1h]", "[2h]")],
  ["a short window of an hour", "outage", replaced("[30m]", "[1h]")],
  ["a burn alert that waits", "outage", waiting("1m")],
  ["a silence alert that waits a minute longer", "absence", waiting("549s")],
  ["a silence alert that waits a minute less", "absence", waiting("429s")],
];

describe("detection, by promtool", function () {
  this.timeout(300_000);
  before(async function () {
    await needTools(this, ["promtool"]);
  });

  async function judged(one: Case, at: readonly Tier[] = tiers, change = (rule: Rule) => rule) {
    const { severity } = detection(serviceOf("pro").slo, "pro", one.fault)!;
    const interval = evaluation[severity];
    // The other group sees none of what pages.
    const number = severity === "critical" ? 1 : 2;
    const groups = at.flatMap((tier) => groupsOf(serviceOf(tier).slo, tier).slice(0, number));
    return play({
      interval,
      rules: [groups.map((group) => ({ ...group, rules: group.rules.map(change) }))],
      series: at.flatMap((tier) => seriesOf(tier, one, interval)),
      expected: at.flatMap((tier) => expectationsOf(tier, one, interval)),
    });
  }

  for (const one of cases)
    it(`is as predicted at every tier when ${one.title}`, async () => {
      const { code, stdout, stderr } = await judged(one);
      assert.equal(code, 0, stdout + stderr);
    });

  for (const [mutant, fault, change] of mutants)
    it(`notices ${mutant}`, async () => {
      const one = cases.find((one) => one.fault === fault)!;
      const { code, stdout, stderr } = await judged(one, ["starter"], change);
      assert.notEqual(code, 0);
      assert.match(stdout + stderr, /exp:/, "promtool refused the rules or the series");
    });
});

/** Silent before the predicted time and firing after it, an evaluation apart; the same for its end. */
function expectationsOf(tier: Tier, one: Case, interval: number): Expectation[] {
  const { slo } = serviceOf(tier);
  const { severity, secondsToPage, secondsToReset } = detection(slo, tier, one.fault)!;
  const alert = one.fault === "absence" ? "ServiceSilent" : "ErrorBudgetBurn";
  const expr = firing(slo.name, severity, alert);
  // The last value without the fault, and the last one with it.
  const start = one.before - interval;
  const end = start + one.lasts;
  const before = (seconds: number) => (Math.ceil(seconds / interval) - 1) * interval;
  const after = (seconds: number) => (Math.floor(seconds / interval) + 1) * interval;
  return [
    { expr, at: start },
    { expr, at: start + before(secondsToPage) },
    { expr, at: start + after(secondsToPage), value: 1 },
    { expr, at: end, value: 1 },
    ...(secondsToReset > 0 ? [{ expr, at: end + before(secondsToReset), value: 1 }] : []),
    { expr, at: end + after(secondsToReset) },
  ];
}
