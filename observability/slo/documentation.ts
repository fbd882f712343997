import { burnOf, detection, type Fault } from "./detection";
import { slos } from "./slos";
import { budgetOf, objectiveOf, periodDays, periodSeconds, tiers, type Tier } from "./tiers";
import { burnWindows, evaluation, scrapeSeconds, secondsOf } from "./windows";

const faults: [name: string, Fault][] = [
  ["every request fails", "outage"],
  ["10 times too many fail", { burn: 10 }],
  ["twice too many fail", { burn: 2 }],
  ["the metrics end", "absence"],
];

/** The page docs/slo.md, from the data that the rules are made from. */
export function sloPage(): string {
  return `# Service level objectives

Written from \`observability/slo/\` by \`npm run docs\`; do not edit.

| service | good is a request that is |
| --- | --- |
${slos.map(({ service, promise }) => `| ${service} | ${promise} |`).join("\n")}

The tier says how many of a ${periodDays} days' requests have to be good:

| tier | objective | error budget, as a total outage |
| --- | --- | --- |
${tiers.map((tier) => `| ${tier} | ${percent(objectiveOf(tier))} | ${time(budgetOf(tier) * periodSeconds)} |`).join("\n")}

## What is counted

Availability is counted at the edge: CloudWatch's figures of the load balancer, through an exporter. Where they are missing the services' own counters count; the label \`source\` of \`slo:events:sum30s\` says which. Nobody's probe by kubelet or load balancer is in it; the outside probe of \`/health/ready\` passes the load balancer and is. An error that the load balancer makes itself names no target group, so it counts once, for the api. CloudWatch publishes a minute's figures some minutes late (AWS promises no time): detection at the edge is later by so much than below. Durations are the services' own, which CloudWatch does not have as counts.

Every ${evaluation.critical} s the events since the evaluation before are counted, and all windows are sums of these: a busy hour weighs more than a quiet one, and a night without requests has no ratio and no alert. A counter that is born with a value counts whole, unless it is Prometheus that did not look.

## When somebody hears of it

An alert needs two windows that both burn faster than a factor; the short one ends it:

| alert | long window | short window | burn rate | budget gone |
| --- | --- | --- | --- | --- |
${burnWindows
  .map(
    ({ severity, long, short, factor }) =>
      `| ${word(severity)} | ${long} | ${short} | ${factor} | ${percent((factor * secondsOf(long)) / periodSeconds)} |`,
  )
  .join("\n")}

So this is when, by formula, for even traffic and a history without errors. "At most" adds a scrape (${scrapeSeconds} s) and an evaluation (${evaluation.critical} s for pages; for warnings ${evaluation.warning} s more). The reset is that of a fault which lasted until every window saw it; a shorter one resets no later.

| tier | fault | share that fails | alert | after | at most | budget spent | at most | resets after |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${tiers.flatMap((tier) => faults.map(([name, fault]) => row(tier, name, fault))).join("\n")}

Silence counts as a total outage: \`ServiceSilent\` waits until one would have paged, 14.4 × budget × 1 h.

## What it does not see

- Low traffic: at night one failed request of ten is a burn rate of 100 at 99.9 %, and pages. The remedy is traffic of one's own, not a higher limit.
- A total outage in which nobody reaches the load balancer: its figures say that there were no requests. The outside probe of Route 53 sees that.
- While Prometheus itself is down nothing is counted; for five minutes it makes up for it afterwards.
- In the first ${periodDays} days of a stack the windows are as long as its history.
`;
}

function row(tier: Tier, name: string, fault: Fault): string {
  const found = detection(slos[0]!, tier, fault)!;
  const share = fault === "absence" ? "–" : percent(burnOf(tier, fault) * budgetOf(tier));
  const cells = [
    tier,
    name,
    share,
    word(found.severity),
    time(found.secondsToPage),
    time(found.latest.secondsToPage),
    percent(found.budgetSpent),
    percent(found.latest.budgetSpent),
    time(found.secondsToReset),
  ];
  return `| ${cells.join(" | ")} |`;
}

const word = (severity: "critical" | "warning") => (severity === "critical" ? "page" : "warning");

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function time(seconds: number): string {
  if (seconds < 600) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Number((seconds / 60).toPrecision(3))} min`;
  return `${Number((seconds / 3600).toPrecision(3))} h`;
}
