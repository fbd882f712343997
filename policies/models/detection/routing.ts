import { hearers } from "../../declared/alerts";
import { seconds } from "../../model/duration";
import { at, list } from "../../model/resource";
import { matchersOf, matchesAll, type Labels } from "./matchers";

/** Where an alert ends. */
export interface Leaf {
  receiver: string;
  /** Seconds until the first message. */
  wait: number;
  muted: boolean;
}

/** Alertmanager's own wait where no route has one, seconds. */
const defaultWait = 30;

/**
 * The routes at which an alert may end, walked as Alertmanager does: the first child that matches
 * takes it, and the next ones too while each continues; where none does, the route itself. More than
 * one set where a label decides that only its firing brings.
 */
export function endsOf(route: unknown, labels: Labels, above?: Leaf): Leaf[][] {
  const wait = at(route, "group_wait");
  const own: Leaf = {
    receiver: String(at(route, "receiver") ?? above?.receiver),
    wait: wait === undefined ? (above?.wait ?? defaultWait) : seconds(wait),
    muted: ["mute_time_intervals", "active_time_intervals"].some(
      (key) => at(route, key) !== undefined,
    ),
  };
  let open: Leaf[][] = [[]];
  const closed: Leaf[][] = [];
  for (const child of list(route, "routes")) {
    const answer = matchesAll(matchersOf(child), labels);
    if (answer === "no") continue;
    const below = endsOf(child, labels, own);
    const taken = open.flatMap((leaves) => below.map((more) => [...leaves, ...more]));
    const passed = answer === "maybe" ? open : [];
    if (at(child, "continue") === true) open = [...taken, ...passed];
    else {
      closed.push(...taken);
      open = passed;
    }
  }
  return [...closed, ...open.map((leaves) => (leaves.length > 0 ? leaves : [own]))];
}

/**
 * The inhibition that silences an alert for good, because what suppresses it always fires; undefined
 * when none does. A label that is not known might be the same on both.
 */
export function suppressor(config: unknown, labels: Labels, constant: Labels[]) {
  return list(config, "inhibit_rules").find((rule) =>
    constant.some((firing) => {
      const source = matchersOf({ matchers: list(rule, "source_matchers") });
      const target = matchersOf({ matchers: list(rule, "target_matchers") });
      // Whatever is on both sides suppresses nothing that is, either.
      const bothSides =
        matchesAll(source, labels) === "yes" && matchesAll(target, firing) === "yes";
      return (
        !bothSides &&
        matchesAll(source, firing) !== "no" &&
        matchesAll(target, labels) !== "no" &&
        list(rule, "equal").every((label) => maybeSame(String(label), firing, labels))
      );
    }),
  );
}

function maybeSame(label: string, one: Labels, other: Labels): boolean {
  const [a, b] = [one[label], other[label]];
  return a === undefined || b === undefined || a === b;
}

/** Whether any receiver of a configuration reaches somebody, whoever it is. */
export function areSet(config: unknown): boolean {
  return list(config, "receivers").some((receiver) => integrations(receiver).length > 0);
}

/**
 * What keeps a receiver from reaching whom it is for; empty: it reaches them. Where no receiver of the
 * stack reaches anybody yet, each only has to be there.
 */
export function deafness(config: unknown, name: string, mounted: unknown[]): string[] {
  const receiver = list(config, "receivers").find((found) => at(found, "name") === name);
  if (receiver === undefined) return ["there is no such receiver"];
  if (!areSet(config)) return [];
  const right = integrations(receiver).filter((key) => hearers[name]?.by.includes(key));
  if (right.length === 0)
    return [`it has no ${hearers[name]?.by.join(", ") ?? "integration that reaches anybody"}`];
  const files = JSON.stringify(receiver).matchAll(/\/etc\/alertmanager\/secrets\/([^/"]+)\//g);
  return [...new Set([...files].map(([, secret]) => secret!))]
    .filter((secret) => !mounted.includes(secret))
    .map((secret) => `the Secret ${secret}, which it reads, is not mounted`);
}

function integrations(receiver: unknown): string[] {
  return Object.keys((receiver ?? {}) as object).filter(
    (key) => key.endsWith("_configs") && list(receiver, key).length > 0,
  );
}
