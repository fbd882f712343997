import type { Alert, Recording, RuleGroup } from "../rule";
import { silenceSeconds } from "./detection";
import { slos, type Slo } from "./slos";
import { budgetOf, exact, objectiveOf, periodDays, type Tier } from "./tiers";
import { burnWindows, evaluation, type BurnWindow, type Duration } from "./windows";

/** Every rule of every SLO at a tier. */
export function sloGroups(tier: Tier): RuleGroup[] {
  return slos.flatMap((slo) => groupsOf(slo, tier));
}

/**
 * The rules of one SLO: those that page, every 30 s, and those that warn or are looked at, every
 * five minutes, because their windows of days move slowly. All windows are sums of the events that
 * the first group counts at each evaluation, so that a busy hour weighs more than a quiet one; a
 * window without events has no ratio, rather than NaN.
 */
export function groupsOf(slo: Slo, tier: Tier): RuleGroup[] {
  const shortOnes: Duration[] = ["5m", "30m", "1h", "6h"];
  const longOnes: Duration[] = ["2h", "1d", "3d"];
  return [
    {
      name: `slo-${slo.name}-page`,
      interval: `${evaluation.critical}s`,
      rules: [
        ...events(slo),
        ...shortOnes.map((window) => ratio(slo, window)),
        burnAlert(slo, tier, "critical"),
        ...(slo.pagesSilence ? silence(slo, tier) : []),
      ],
    },
    {
      name: `slo-${slo.name}-warn`,
      interval: `${evaluation.warning}s`,
      rules: [
        ...longOnes.map((window) => ratio(slo, window)),
        burnAlert(slo, tier, "warning"),
        ...budget(slo, tier),
      ],
    },
  ];
}

const labelsOf = ({ name: slo, service }: Slo) => ({ slo, service });

/** Selects a recorded series of an SLO. */
export function recorded(record: string, { name }: Slo, outcome?: "all" | "bad"): string {
  return `${record}{slo="${name}"${outcome ? `,outcome="${outcome}"` : ""}}`;
}

function events(slo: Slo): Recording[] {
  const record = "slo:events:sum30s";
  const all = recorded(record, slo, "all");
  const bad = slo.events.bad.replaceAll("$all", all);
  const labels = labelsOf(slo);
  return [
    { record, expr: slo.events.all, labels: { ...labels, outcome: "all" } },
    { record, expr: `${bad}\nor on ()\n0 * ${all}`, labels: { ...labels, outcome: "bad" } },
  ];
}

/** Share of bad events; no series where there was none at all. */
function ratio(slo: Slo, window: Duration | "30d"): Recording {
  const sum = (outcome: "all" | "bad") =>
    `sum(sum_over_time(${recorded("slo:events:sum30s", slo, outcome)}[${window}]))`;
  return {
    record: `slo:bad:ratio${window}`,
    expr: `${sum("bad")}
/
(${sum("all")} > 0)`,
    labels: labelsOf(slo),
  };
}

function burnAlert(slo: Slo, tier: Tier, severity: BurnWindow["severity"]): Alert {
  const both = ({ long, short, factor }: BurnWindow) => {
    const over = (window: Duration) =>
      `${recorded(`slo:bad:ratio${window}`, slo)} > ${exact(factor * budgetOf(tier))}`;
    return `(${over(long)} and ${over(short)})`;
  };
  const windows = burnWindows.filter((window) => window.severity === severity);
  const objective = exact(objectiveOf(tier) * 100);
  return {
    alert: "ErrorBudgetBurn",
    expr: windows.map(both).join("\nor\n"),
    for: "0s",
    severity,
    labels: labelsOf(slo),
    summary: `${slo.name}: the error budget burns too fast`,
    description: `{{ $value | humanizePercentage }} of the requests were not ${slo.promise}, over ${windows.map(({ long }) => long).join(" or ")}; the objective is ${objective} % in ${periodDays} days.`,
    runbook: "alerts.md#errorbudgetburn",
  };
}

/** Evaluations that Prometheus must have made before it may call a service silent. */
const patience = 3;

/** Whatever silences an SLI also silences the alerts that read it, so its silence counts as an outage. */
function silence(slo: Slo, tier: Tier): (Recording | Alert)[] {
  const every = evaluation.critical;
  const watching = "slo:watching:one";
  // Only what this very evaluation recorded: an older value would hide five minutes of silence.
  const silent = `absent_over_time(${recorded("slo:events:sum30s", slo, "all")}[1s])`;
  // Just started, Prometheus has scraped nothing yet.
  const awake = `count_over_time(${recorded(watching, slo)}[${patience * every}s]) >= ${patience}`;
  return [
    { record: watching, expr: "vector(1)", labels: labelsOf(slo) },
    {
      alert: "ServiceSilent",
      expr: `group(${silent}) and on () ${awake}`,
      // The evaluation that misses it first comes up to one interval after its end.
      for: `${Math.max(0, Math.ceil(silenceSeconds(tier)) - every)}s`,
      severity: "critical",
      labels: labelsOf(slo),
      summary: `${slo.service}: nobody says whether it answers`,
      description: `Neither the load balancer's figures nor the ${slo.service}'s own have come for as long as a total outage may last.`,
      runbook: "alerts.md#servicesilent",
    },
  ];
}

function budget(slo: Slo, tier: Tier): Recording[] {
  const labels = labelsOf(slo);
  return [
    { record: "slo:objective:ratio", expr: `vector(${objectiveOf(tier)})`, labels },
    ratio(slo, "30d"),
    {
      record: "slo:budget:remaining",
      expr: `1 - ${recorded("slo:bad:ratio30d", slo)} / ${budgetOf(tier)}`,
      labels,
    },
  ];
}
