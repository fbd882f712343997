import type { Measurement } from "../../../lib/claim";
import type { Fault } from "../database-cluster";
import { timeToLive } from "../../../policies/budgets/failover";
import { percentile } from "../percentile";

/** Seconds that crash and switchover aim at; a partition has to be noticed first. */
const goal = 3;
/** Milliseconds after which a slower path is reported as "at least 90 s". */
export const comparisonEnds = 90_000;

/** What one path did in one repetition. Times are seconds. */
export interface Outcome {
  path: string;
  /** From the promotion to the first write that the new writer acknowledged. */
  recovery: number;
  /** The same from the moment at which the name led to the new writer: without AWS's time to live. */
  afterName: number;
  /** From that moment to the last answer that a client noticed; 0 where none came after it. */
  lastDisturbed: number;
  failed: number;
  retried: number;
  lost: number;
  /** Writes that the old writer acknowledged, or stored, after the promotion. */
  astray: number;
  /** What the sidecar that follows the topology did; absent on paths without it. */
  phases?: Phases;
}

/** Seconds from the promotion. */
export interface Phases {
  /** The new writer was confirmed. */
  noticed: number;
  /** PgBouncer was told, and work let through. */
  pointed: number;
}

/** One repetition: all paths met the same fault at the same time. */
export interface Repetition {
  outcomes: Outcome[];
  /** Seconds from the promotion until the resolver's cache gave up the old address. */
  held: number;
  injection: string;
}

export const shipped = "shipped";
export const defaults = "default settings";
export const noPooler = "no pooler";
export const followed = "topology followed";

/** What was measured in all repetitions of one fault, their ids without the drill's name. */
export function summary(fault: Fault, done: Repetition[]): Measurement[] {
  const outcomes = done.flatMap((repetition) => repetition.outcomes);
  const on = (path: string) => outcomes.filter((outcome) => outcome.path === path);
  const ours = on(shipped);
  const p = (share: number, key: "recovery" | "afterName", among = ours) =>
    percentile(
      among.map((outcome) => outcome[key]),
      share,
    );
  const sum = (key: "failed" | "retried" | "lost" | "astray", among = ours) =>
    among.reduce((all, outcome) => all + outcome[key], 0);
  const seconds = (id: string, claim: string, value: number, limit?: number): Measurement => {
    return { id, claim, value, unit: "s", limit };
  };
  const number = (id: string, claim: string, value: number, limit?: number): Measurement => {
    return { id, claim, value, unit: "", limit };
  };
  const measure = "promotion to the first acknowledged write, each PgBouncer";
  const after = "the same, from the moment the name led to the new writer";
  return [
    seconds("added-recovery.p50", `median of ${measure}`, p(0.5, "recovery")),
    seconds("added-recovery.p95", `95th percentile of ${measure}`, p(0.95, "recovery"), 10),
    seconds("added-recovery.max", `maximum of ${measure}`, p(1, "recovery")),
    seconds(
      "name-held.max",
      `of it, the old answer in the resolver's cache: AWS's time to live, ${timeToLive.seconds} s`,
      Math.max(...done.map(({ held }) => held)),
      timeToLive.seconds,
    ),
    seconds("after-name.p50", `median of ${after}`, p(0.5, "afterName")),
    seconds(
      "after-name.p95",
      `95th percentile of ${after}${fault === "partition" ? "" : `; the goal is ${goal} s`}`,
      p(0.95, "afterName"),
    ),
    seconds(
      "last-disturbed.max",
      "that moment to the last answer that failed or took over a second",
      Math.max(...ours.map((outcome) => outcome.lastDisturbed)),
      10,
    ),
    number("failed", "requests failed, mostly while there was no writer", sum("failed")),
    number("retried", "requests tried a second time", sum("retried")),
    number("lost", "acknowledged writes missing, on all paths", sum("lost", outcomes), 0),
    number("astray", "writes at the old writer after the promotion", sum("astray", outcomes), 0),
    ...[defaults, noPooler].flatMap((path) => {
      const id = path.replace(" ", "-");
      const stopped = p(1, "recovery", on(path)) * 1000 >= comparisonEnds;
      const claim = `the same faults, ${path}${stopped ? " (stopped: at least this)" : ""}`;
      return [
        seconds(`${id}.p50`, `${claim}: median`, p(0.5, "recovery", on(path))),
        seconds(`${id}.p95`, `${claim}: 95th percentile`, p(0.95, "recovery", on(path))),
        seconds(
          `${id}.after-name.p50`,
          `${claim}: median after the name led to the new writer`,
          p(0.5, "afterName", on(path)),
        ),
        seconds(
          `${id}.after-name.p95`,
          `${claim}: 95th percentile after the name led to the new writer`,
          p(0.95, "afterName", on(path)),
        ),
      ];
    }),
    ...following(on(followed), on(noPooler), done.length >= 10),
    number(
      "against-defaults",
      "our 95th percentile as a share of the default settings', both after the name led to the new writer",
      p(0.95, "afterName") / p(0.95, "afterName", on(defaults)),
      // The default settings' slowest timer is 15 s: only over ten repetitions is its phase no luck.
      done.length >= 10 ? 0.2 : undefined,
    ),
  ];
}

/**
 * The same faults with the topology followed, which needs no name to move.
 *
 * @param held whether there are enough repetitions to hold it to its limits: of few, the slowest is
 *   the 95th percentile, and a name whose old answer has just expired is luck
 */
function following(ours: Outcome[], without: Outcome[], held: boolean): Measurement[] {
  const limit = held ? 1 : undefined;
  const p = (share: number, of: (outcome: Outcome) => number, among = ours) =>
    percentile(among.map(of), share);
  const recovery = (outcome: Outcome) => outcome.recovery;
  const seconds = (id: string, claim: string, value: number, limit?: number): Measurement => {
    return { id: `followed.${id}`, claim: `topology followed: ${claim}`, value, unit: "s", limit };
  };
  const measure = "promotion to the first acknowledged write";
  const count = (key: "failed" | "retried") => ours.reduce((all, outcome) => all + outcome[key], 0);
  return [
    seconds("p50", `median of ${measure}`, p(0.5, recovery)),
    seconds("p95", `95th percentile of ${measure}`, p(0.95, recovery), limit),
    seconds("max", `maximum of ${measure}`, p(1, recovery)),
    seconds(
      "noticed.p95",
      "promotion to a confirmed writer",
      p(0.95, (o) => o.phases!.noticed),
    ),
    seconds(
      "pointed.p95",
      "promotion to work let through",
      p(0.95, (o) => o.phases!.pointed),
    ),
    {
      id: "followed.against-no-pooler",
      claim: "its 95th percentile as a share of that without a pooler",
      value: p(0.95, recovery) / p(0.95, recovery, without),
      unit: "",
      limit,
    },
    {
      id: "followed.failed",
      claim: "topology followed: requests failed, two poolers",
      value: count("failed"),
      unit: "",
    },
    {
      id: "followed.retried",
      claim: "topology followed: requests tried a second time, two poolers",
      value: count("retried"),
      unit: "",
    },
  ];
}
