import { seconds } from "../../model/duration";
import { cronJob, job, releaseType } from "../../model/kubernetes";
import { at, list, numberAt, type Resource, type Stack } from "../../model/resource";
import { broken } from "../chain";
import { remembered, type Line, type Model } from "../line";
import { dependent, questions } from "./probes";
import { isCutShort, rolled, rolloutOf } from "./rollout";

/**
 * Every rollout ends and can be undone: what serves meanwhile, how long it takes at its worst, what decides
 * that it has worked, and what happens if it has not.
 */
export const change: Model = {
  name: "change",
  asks: "What serves while it changes, when is it done, and what undoes it?",
  columns: ["change", "serve meanwhile", "done within", "of", "asked", "undone by"],
  lines: remembered((stack) => [
    ...rolled(stack).map((workload) => ofWorkload(workload, stack)),
    ...stack.ofType(job).map((one) => ofJob(one, stack)),
    ...stack.ofType("kubernetes:karpenter.sh/v1:NodePool").map((pool) => ofNodes(pool, stack)),
  ]),
};

function ofWorkload(workload: Resource, stack: Stack): Line {
  const of = `${workload.name} rolled`;
  const { fewest, most, serving, atOnce, start, seconds, patience } = rolloutOf(workload, stack);
  const release = releaseOf(workload, stack);
  const limit = numberAt(release?.properties, "timeout");
  const asked = dependent(workload);
  const problems = [
    ...(at(workload.properties, "spec.paused") ? ["never ends, because it is paused"] : []),
    ...(atOnce > 0 ? [] : ["never goes on, because no pod may come first and none may go first"]),
    ...(patience > start
      ? []
      : [`is given up after ${patience} s, where one pod may take ${start} s to start`]),
    ...(seconds <= limit || !release
      ? []
      : [`takes ${seconds} s for ${most} pods, and its release waits ${limit} s`]),
    ...(isCutShort(workload) ? ["kills pods while they still drain"] : []),
    ...asked.map((question) => `is decided by ${question}, which depends on more than the pod`),
    ...(at(workload.properties, "spec.revisionHistoryLimit") === 0
      ? ["cannot be undone, because no revision is kept"]
      : []),
    ...unDoable(release),
  ];
  return {
    of,
    cells: [
      `${serving} of ${fewest}`,
      `${seconds} s`,
      Number.isNaN(limit) ? "no release" : `${limit} s`,
      [...new Set(questions(workload).map((asked) => asked.split(" -")[0]))].join(", "),
      undoing(release),
    ],
    broken: broken(of, "the rollout of", workload, problems),
  };
}

/** A Job is never changed: it is a hook, which is made anew, or has the revision in its name. */
function ofJob(found: Resource, stack: Stack): Line {
  const of = `${found.name} run`;
  const release = releaseOf(found, stack);
  const annotations = at(found.properties, "metadata.annotations") as Record<string, unknown>;
  const hook = annotations?.["helm.sh/hook"] !== undefined;
  const deadline = numberAt(found.properties, "spec.activeDeadlineSeconds");
  const limit = numberAt(release?.properties, "timeout");
  const anew = hook
    ? String(annotations["helm.sh/hook-delete-policy"]).includes("before-hook-creation")
    : /-(\d+|[0-9a-f]{8,})$/.test(found.name);
  const problems = [
    ...(deadline < limit ? [] : [`may run for ${deadline} s, and its release waits ${limit} s`]),
    ...(anew ? [] : ["cannot be changed: Kubernetes refuses another template under the same name"]),
  ];
  return {
    of,
    cells: ["everything", `${deadline} s`, `${limit} s`, "its exit code", undoing(release)],
    broken: broken(of, "the job", found, problems),
  };
}

/** A node that is replaced: every pod on it gets away in time, and a job that may not be moved ends. */
function ofNodes(pool: Resource, stack: Stack): Line {
  const of = `a node of ${pool.name} replaced`;
  const limit = seconds(at(pool.properties, "spec.template.spec.terminationGracePeriod"));
  const moves = rolled(stack).map((workload) => {
    const { start, leave } = rolloutOf(workload, stack);
    return { workload, needed: start + leave };
  });
  const longest = Math.max(0, ...moves.map(({ needed }) => needed || 0));
  const budgets = list(pool.properties, "spec.disruption.budgets").map((one) => at(one, "nodes"));
  return {
    of,
    cells: [
      "all but one pod of each",
      `${longest} s`,
      `${limit} s`,
      `disruption budgets; ${budgets.map(String).join(", ")} nodes at once`,
      "a new node",
    ],
    broken: broken(of, "the pool", pool, [
      ...moves
        .filter(({ needed }) => needed >= limit)
        .map(
          ({ workload, needed }) =>
            `takes a node away after ${limit} s, where a pod of ${workload.name} may need ${needed} s to get away`,
        ),
      ...unmoved(stack)
        .filter(({ deadline }) => deadline > limit)
        .map(
          ({ name, deadline }) =>
            `takes a node away after ${limit} s, where ${name}, which does not start again, may run for ${deadline} s`,
        ),
    ]),
  };
}

/** Jobs that fail when they are moved, a restore that people start among them, and their longest, seconds. */
function unmoved(stack: Stack): { name: string; deadline: number }[] {
  return stack
    .ofType(cronJob)
    .map(({ name, properties }) => ({
      name,
      deadline: numberAt(properties, "spec.jobTemplate.spec.activeDeadlineSeconds"),
      isOver: !startsAgain(properties),
    }))
    .filter(({ isOver }) => isOver);
}

/** Whether a pod that a drain has ended is followed by another, which does not count as a failure. */
function startsAgain(properties: unknown): boolean {
  return list(properties, "spec.jobTemplate.spec.podFailurePolicy.rules").some(
    (rule) =>
      at(rule, "action") === "Ignore" &&
      list(rule, "onPodConditions").some((one) => at(one, "type") === "DisruptionTarget"),
  );
}

function unDoable(release: Resource | undefined): string[] {
  if (!release) return [];
  const { atomic, maxHistory, waitForJobs } = release.properties;
  return [
    ...(atomic === true ? [] : ["is not undone when it fails, because its release is not atomic"]),
    ...(numberAt({ maxHistory }, "maxHistory") >= 2
      ? []
      : ["cannot be undone, because its release keeps no revision before the last"]),
    ...(waitForJobs === true ? [] : ["counts as done before its jobs are"]),
  ];
}

function undoing(release: Resource | undefined): string {
  if (!release) return "the program before";
  return `Helm, ${String(release.properties.maxHistory)} revisions`;
}

function releaseOf({ release }: Resource, stack: Stack): Resource | undefined {
  const found = release === undefined ? undefined : stack.get(release);
  return found?.type === releaseType ? found : undefined;
}
