import { dump } from "js-yaml";
import { dashboardFiles } from "./dashboards";
import { isAlert, type Alert, type Recording, type RuleGroup } from "./rule";
import { groups } from "./rules";
import { sloGroups, tiers } from "./slo";

/** Where the pages that alerts name are, from the repository's root. */
const runbooks = "docs/runbooks";

/**
 * Every generated file of `charts/observability/files`, its text by its path there. The same data
 * gives the same text; `npm run render` writes them.
 */
export function files(): Map<string, string> {
  return new Map([
    ["rules/common.yaml", rulesFile(groups)],
    ...tiers.map((tier): [string, string] => [
      `rules/slo-${tier}.yaml`,
      rulesFile(sloGroups(tier)),
    ]),
    ...[...dashboardFiles()].map(([name, text]): [string, string] => [`dashboards/${name}`, text]),
  ]);
}

/** Rule groups in Prometheus' own format, which promtool and PrometheusRule objects take alike. */
export function rulesFile(all: RuleGroup[]): string {
  const text = all.map(({ rules, ...group }) => ({ ...group, rules: rules.map(written) }));
  const head = "# Written by npm run render from observability/; never edited by hand.\n";
  return head + dump({ groups: text }, { lineWidth: -1, noRefs: true });
}

function written(rule: Alert | Recording): object {
  if (!isAlert(rule)) return rule;
  const { alert, expr, for: lasting, severity, labels, summary, description, runbook } = rule;
  return {
    alert,
    expr,
    for: lasting,
    labels: { severity, ...labels },
    annotations: { summary, description, runbook_url: `${runbooks}/${runbook}` },
  };
}
