import { recoveryPoint } from "../../declared/recovery";
import { show } from "../../model/expectation";
import { cronJob, everyContainer } from "../../model/kubernetes";
import { at, list, numberAt } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import { interval } from "../../model/schedule";

const day = 86400;

/** Longest time between two runs, seconds; a restore runs only when somebody starts it. */
const longest: Record<string, number | "rpo" | "suspended"> = {
  dump: "rpo",
  verify: 7 * day,
  drill: 31 * day,
  prune: day,
  state: day,
  restore: "suspended",
  swap: "suspended",
};

/** Least time that a run may take, seconds: a database of the size that work volumes are made for. */
const shortest: Record<string, number> = {
  dump: 1800,
  verify: 4 * 3600,
  drill: 4 * 3600,
  prune: 600,
  state: 600,
  restore: 4 * 3600,
  swap: 300,
};

export default {
  name: "backup-schedule",
  severity: "critical",
  from: "starter",
  demands:
    "Dumps run as often as the recovery point demands, are verified weekly and restored monthly, and none of it is suspended.",
  reason: "A job that is suspended, or runs in February only, fails never.",
  needs: "release",
  types: [cronJob],
  judge: (found, _, { tier }) => {
    const { properties, name } = found;
    const kind = name.split("-").at(-1)!;
    const most = Object.hasOwn(longest, kind) ? longest[kind] : undefined;
    if (most === undefined) return [`no schedule is declared for ${name} in this rule`];
    const suspend = at(properties, "spec.suspend");
    const deadline = numberAt(properties, "spec.jobTemplate.spec.activeDeadlineSeconds");
    const killed =
      deadline >= shortest[kind]!
        ? []
        : [`it may run for ${deadline} s; it must be ${shortest[kind]} s or more`];
    if (most === "suspended")
      return [
        ...(suspend === true ? [] : ["spec.suspend must be true: it overwrites a database"]),
        ...killed,
      ];
    const every = interval(String(at(properties, "spec.schedule")));
    const environment = everyContainer(found).flatMap((container) => list(container, "env"));
    const rpo = environment.find((entry) => at(entry, "name") === "RPO_LIMIT_SECONDS");
    const told = numberAt(rpo, "value");
    // What a drill holds itself to; a dump is told nothing of it.
    const limit = most === "rpo" ? recoveryPoint[tier] : most;
    return [
      ...(told > recoveryPoint[tier]
        ? [`RPO_LIMIT_SECONDS is ${told}; the tier promises ${recoveryPoint[tier]} s`]
        : []),
      ...killed,
      // Until it is ended no other starts.
      ...(most === "rpo" && deadline > limit
        ? [`it may run for ${deadline} s, longer than the recovery point, ${limit} s`]
        : []),
      ...(suspend === false || suspend === undefined
        ? []
        : [`spec.suspend is ${show(suspend)}; it must be false`]),
      ...(every <= limit
        ? []
        : [
            `spec.schedule is ${show(at(properties, "spec.schedule"))}, every ${every} s; it must be ${limit} s or less`,
          ]),
    ];
  },
} satisfies RuleDefinition;
