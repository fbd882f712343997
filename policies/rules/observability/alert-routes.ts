import { chartOf } from "../../../upstream/upstream";
import { declaredInhibitions, declaredRoutes, hearers } from "../../declared/alerts";
import { seconds } from "../../model/duration";
import { releaseType } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const receivers = ["null", ...Object.keys(hearers)];
const keys = {
  config: ["global", "inhibit_rules", "receivers", "route", "templates"],
  route: [
    "group_by",
    "group_interval",
    "group_wait",
    "matchers",
    "receiver",
    "repeat_interval",
    "routes",
    "continue",
  ],
};
/** Longest waits of a route, seconds: before the first message, before a changed and a repeated one. */
const longest = { group_wait: 30, group_interval: 300, repeat_interval: 12 * 3600 };

export default {
  name: "alert-routes",
  severity: "critical",
  from: "starter",
  demands:
    "Alertmanager routes and suppresses as policies/declared says: critical alerts page, the rest is a message, nothing is muted.",
  reason:
    "A route before the right one, an inhibition or a mute time swallows the alert that counts.",
  needs: "resource",
  types: [releaseType],
  judge: ({ properties }) => {
    if (chartOf(properties.chart) !== "kube-prometheus-stack") return [];
    const config = at(properties, "values.alertmanager.config");
    const root = at(config, "route");
    const routes = flat(root);
    return [
      ...strange(config, keys.config).map((key) => `alertmanager.config.${key} is not declared`),
      ...[root, ...routes].flatMap((route) =>
        strange(route, keys.route).map((key) => `a route sets ${key}, which is not declared`),
      ),
      ...(at(root, "receiver") === "messages" ? [] : ["the root route does not lead to messages"]),
      ...differences(
        "route",
        routes.map(routeText),
        declaredRoutes.map(({ matchers, receiver, groupBy, continues }) =>
          routeLine(matchers, receiver, groupBy, continues),
        ),
      ),
      ...differences(
        "inhibition",
        list(config, "inhibit_rules").map((rule) =>
          inhibition(
            list(rule, "source_matchers"),
            list(rule, "target_matchers"),
            list(rule, "equal"),
          ),
        ),
        declaredInhibitions.map(({ source, target, equal }) => inhibition(source, target, equal)),
      ),
      ...differences(
        "receiver",
        list(config, "receivers").map((receiver) => String(at(receiver, "name"))),
        receivers,
      ),
      ...[root, ...routes].flatMap(waits),
    ].map((problem) => `${problem}; see policies/declared/alerts`);
  },
} satisfies RuleDefinition;

function flat(route: unknown): unknown[] {
  return list(route, "routes").flatMap((child) => [child, ...flat(child)]);
}

function routeText(route: unknown): string {
  return routeLine(
    list(route, "matchers"),
    at(route, "receiver"),
    at(route, "group_by"),
    at(route, "continue"),
  );
}

function routeLine(
  matchers: unknown[],
  receiver: unknown,
  groupBy: unknown,
  continues: unknown,
): string {
  const together = Array.isArray(groupBy) ? ` by ${groupBy.join(", ")}` : "";
  return `${matchers.join(" and ")} to ${typeof receiver === "string" ? receiver : "its parent's receiver"}${together}${continues === true ? ", and on" : ""}`;
}

function inhibition(source: unknown[], target: unknown[], equal: unknown[]): string {
  return `${source.join(" and ")} suppresses ${target.join(" and ")} of the same ${equal.join(", ")}`;
}

/** In order: of two routes the first takes the alert. */
function differences(what: string, found: string[], declared: string[]): string[] {
  const extra = found
    .filter((text) => !declared.includes(text))
    .map((text) => `${what} ${text} is not declared`);
  const missing = declared
    .filter((text) => !found.includes(text))
    .map((text) => `${what} ${text} is missing`);
  const same = extra.length + missing.length === 0;
  return same && found.join("\n") !== declared.join("\n")
    ? [`every ${what} is there, but in another order or twice`]
    : [...extra, ...missing];
}

function strange(value: unknown, known: string[]): string[] {
  return Object.keys((value ?? {}) as object).filter((key) => !known.includes(key));
}

function waits(route: unknown): string[] {
  return Object.entries(longest)
    .filter(([key, most]) => {
      // The beat: it is missed as soon as it does not come.
      const due = at(route, "receiver") === "watchdog" ? 60 : most;
      return at(route, key) !== undefined && !(seconds(at(route, key)) <= Math.min(most, due));
    })
    .map(
      ([key, most]) =>
        `${key} of a route is ${String(at(route, key))}; it must be ${most}s or less`,
    );
}
