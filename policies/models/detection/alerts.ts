import { expectedAlerts, hearers, heardInTime } from "../../declared/alerts";
import type { ByAlert, Source } from "../../declared/faults";
import { seconds } from "../../model/duration";
import { at, list } from "../../model/resource";
import { broken } from "../chain";
import type { Break } from "../line";
import type { Labels } from "./matchers";
import { outOfReach } from "./reach";
import { areSet, deafness, endsOf, suppressor, type Leaf } from "./routing";
import { scrapeOf, selected } from "./scrapes";
import { labelsOf, reads, type Rule, type Watch } from "./watch";
import { untold } from "./watchers";
import type { Told } from "./way";

/** The longest that an evaluation, and a first message, may wait, seconds. */
const slowest = { critical: 60, warning: 300, none: 60 };
const longestWait = 30;

/** How an alert of Prometheus tells of a fault. */
export function toldByAlert(of: string, way: ByAlert, watch: Watch): Told {
  const metric = Object.keys(way.figures).join(", ") || "that it fires";
  const found = watch.alerts.find(({ rule }) => isMeant(rule, way));
  if (!found) {
    const which = [way.severity, ...Object.values(way.labels ?? {})].join(", ");
    const missing = { urn: watch.release.urn, name: way.alert };
    return {
      metric,
      by: `${way.alert}: missing`,
      through: "nothing",
      who: "nobody",
      seconds: NaN,
      broken: broken(of, "alert", missing, [`there is none: ${which}`]),
    };
  }
  const fed = feeding(of, way, found, watch);
  const routed = routing(of, way, labelsOf(found.rule, watch.values), watch);
  const lasts = seconds(at(found.rule, "for") ?? "0s");
  return {
    metric,
    by: way.alert,
    through: routed.through,
    who: routed.who,
    seconds: fed.every + found.every + lasts + routed.wait,
    broken: [
      ...broken(of, "alert", { urn: found.object.urn, name: way.alert }, [
        lateness(way, lasts),
        found.every <= slowest[way.severity]
          ? undefined
          : `its group is evaluated every ${found.every} s; it must be ${slowest[way.severity]} s or less`,
        selected(watch.values, "rule", found.object),
        ...outOfReach(way.alert, String(at(found.rule, "expr")), watch.settings.tier),
      ]),
      ...fed.broken,
      ...routed.broken,
    ],
  };
}

function isMeant(rule: unknown, { alert, severity, labels = {} }: ByAlert): boolean {
  return (
    at(rule, "alert") === alert &&
    at(rule, "labels.severity") === severity &&
    Object.entries(labels).every(([key, value]) => at(rule, `labels.${key}`) === value)
  );
}

function lateness({ alert, severity }: ByAlert, lasts: number): string | undefined {
  const limit = expectedAlerts.find(
    (expected) => expected.alert === alert && expected.severity === severity,
  )!.within;
  return lasts <= limit ? undefined : `it waits for ${lasts} s; it must be ${limit} s or less`;
}

/** Whether an alert's figures are read, scraped and fresh. */
function feeding(of: string, way: ByAlert, { rule, object }: Rule, watch: Watch) {
  const figures = Object.entries(way.figures);
  const unread = figures
    .filter(([metric]) => !reads(String(at(rule, "expr")), metric, watch.recorded))
    .map(([metric]) => `its expression does not read ${metric}`);
  const scrapes = [...new Set(figures.map(([, source]) => source))]
    .filter((source): source is Exclude<Source, "rule"> => source !== "rule")
    .map((source) => scrapeOf(source, watch.release, watch.values, watch.stack));
  const broke: Break[] = [
    ...broken(of, "alert", { urn: object.urn, name: way.alert }, unread),
    ...figures
      .filter(([, source]) => source === "rule")
      .flatMap(([metric]) => recording(of, metric, watch)),
    ...scrapes.flatMap((scrape) => broken(of, "figure", scrape.object, scrape.problems)),
  ];
  return { every: Math.max(0, ...scrapes.map(({ every }) => every)), broken: broke };
}

function recording(of: string, metric: string, { recorded, release, values }: Watch): Break[] {
  const [found] = recorded.get(metric) ?? [];
  const problem = found ? selected(values, "rule", found.object) : "no rule records it";
  return broken(of, "figure", { urn: (found?.object ?? release).urn, name: metric }, [problem]);
}

/** From Prometheus over Alertmanager to whom it is for. */
function routing(of: string, { severity }: ByAlert, labels: Labels, watch: Watch) {
  const { config, release, stack } = watch;
  const name = labels.alertname!;
  const ends = endsOf(at(config, "route"), labels);
  const right = heardInTime[severity];
  const astray = ends.find((leaves) => !leaves.some((leaf) => heard(leaf, right)));
  const leaf = ends[0]!.find((found) => heard(found, right)) ?? ends[0]![0]!;
  const suppressed = suppressor(config, labels, watch.constant);
  const secrets = list(watch.values, "alertmanager.alertmanagerSpec.secrets");
  return {
    through: `route to ${leaf.receiver}`,
    // A stack may be brought up before its receivers are; its table says so, and no rule objects.
    who: areSet(config)
      ? (hearers[leaf.receiver]?.who ?? "nobody")
      : "nobody: receivers are not configured",
    wait: leaf.wait,
    broken: [
      ...(watch.prometheus
        ? broken(of, "Prometheus", watch.prometheus, [untold(watch.prometheus, stack)])
        : broken(of, "Prometheus", release, ["there is none"])),
      ...broken(of, "route", { urn: release.urn, name }, [
        astray && wrongEnd(astray, right),
        suppressed === undefined
          ? undefined
          : `an alert that always fires suppresses it: ${JSON.stringify(suppressed)}`,
      ]),
      ...(astray
        ? []
        : broken(
            of,
            "receiver",
            { urn: release.urn, name: leaf.receiver },
            deafness(config, leaf.receiver, secrets),
          )),
    ],
  };
}

function heard({ receiver, muted, wait }: Leaf, right: string[]): boolean {
  return right.includes(receiver) && !muted && wait <= longestWait;
}

function wrongEnd(leaves: Leaf[], right: string[]): string {
  const text = leaves.map(
    ({ receiver, muted, wait }) => `${receiver}${muted ? ", muted at times" : ""} after ${wait} s`,
  );
  return `it may end at ${text.join(" and ")}; it must be ${right.join(" or ")} within ${longestWait} s`;
}
