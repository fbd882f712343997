import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import { loadAll } from "js-yaml";
import { dashboards } from "../../observability/dashboards";
import type { Alert, Recording, RuleGroup } from "../../observability/rule";
import { groups } from "../../observability/rules";
import { sloGroups, tiers } from "../../observability/slo";
import { intervalsOf, substituted } from "../../pictures/interval";
import { root } from "../support/planned";

/** A query, and who asks it. */
export interface Asked {
  by: string;
  expr: string;
}

/** What Prometheus is asked by a panel: its variables as Grafana fills them in for an hour. */
const intervals = intervalsOf({ from: 0, to: 3600 }, 600, 30);

/** Rules that a chart brings itself, as they are rendered for prod. */
function ofCharts(): (Alert | Recording)[] {
  const folder = join(root, "charts/rendered/prod");
  return readdirSync(folder)
    .filter((file) => file !== "observability.yaml")
    .flatMap((file) => loadAll(readFileSync(join(folder, file), "utf8")) as RuleObject[])
    .filter((object) => object?.kind === "PrometheusRule")
    .flatMap(({ spec }) => spec.groups.flatMap(({ rules }) => rules));
}

interface RuleObject {
  kind: string;
  spec: { groups: RuleGroup[] };
}

/** Every rule of the stack, of all tiers. */
export const rules: (Alert | Recording)[] = [
  ...[...groups, ...tiers.flatMap(sloGroups)].flatMap((group) => group.rules),
  ...ofCharts(),
];

/** Every query of every rule. */
export const ruleQueries: Asked[] = rules.map((rule) => ({
  by: "alert" in rule ? rule.alert : rule.record,
  expr: rule.expr,
}));

/** Every query of every dashboard. */
export const panelQueries: (Asked & { legend: string })[] = dashboards.flatMap(({ uid, panels }) =>
  panels!.flatMap((panel) =>
    (("targets" in panel && panel.targets) || []).map((target) => {
      const { expr, legendFormat } = target as Dataquery;
      const by = `${uid}: ${panel.title}`;
      return { by, expr: substituted(expr, intervals), legend: legendFormat! };
    }),
  ),
);
