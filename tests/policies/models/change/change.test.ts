import assert from "node:assert/strict";
import fc from "fast-check";
import { change } from "../../../../policies/models/change";
import { Stack, unknown, type Resource } from "../../../../policies/model/resource";
import { changing, judgedStack, setting, type Judged } from "../../support";

const deployment = "kubernetes:apps/v1:Deployment";
const pod = "spec/template/spec/";
const first = `${pod}containers/0/`;

describe("the model of changes", function () {
  this.timeout(60_000);
  const stacks: Record<string, Judged> = {};
  const lines = ({ settings }: Judged, resources: Resource[]) =>
    change.lines(new Stack(resources), settings);
  const problems = (judged: Judged, resources: Resource[]) =>
    lines(judged, resources).flatMap(({ broken }) => broken.map(({ problem }) => problem));

  before(async () => {
    for (const stack of ["prod", "staging"]) stacks[stack] = await judgedStack(stack);
  });

  for (const stack of ["prod", "staging"])
    it(`${stack}: every change ends and can be undone`, () => {
      const found = lines(stacks[stack]!, stacks[stack]!.resources);
      assert.ok(found.length > 10);
      assert.deepEqual(
        found.flatMap(({ broken }) => broken),
        [],
      );
      for (const { of, cells } of found) assert.equal(cells.length, change.columns.length - 1, of);
    });

  it("says what serves, for how long, and what of it the release waits for", () => {
    const judged = stacks.prod!;
    const line = lines(judged, judged.resources).find(({ of }) => /backend rolled/.test(of))!;
    assert.deepEqual(line.cells.slice(0, 2), ["3 of 3", "2280 s"]);
    assert.match(line.cells[3]!, /\/health\/serving/);
  });

  const spoilt: [what: string, of: [string, string], path: string, value: unknown, says: RegExp][] =
    [
      ["it is paused", [deployment, "-backend"], "spec/paused", true, /because it is paused/],
      [
        "no pod may come or go first",
        [deployment, "-backend"],
        "spec/strategy/rollingUpdate",
        { maxSurge: 0, maxUnavailable: 0 },
        /no pod may come first/,
      ],
      [
        "it is given up before a pod can have started",
        [deployment, "-backend"],
        "spec/progressDeadlineSeconds",
        100,
        /given up after 100 s/,
      ],
      [
        "its pods take longer than their release waits",
        [deployment, "-backend"],
        `${first}startupProbe/failureThreshold`,
        60,
        /for 12 pods, and its release waits/,
      ],
      [
        "pods are killed while they drain",
        [deployment, "-backend"],
        `${pod}terminationGracePeriodSeconds`,
        20,
        /kills pods while they still drain/,
      ],
      [
        "a probe asks the database too",
        [deployment, "-backend"],
        `${first}readinessProbe/httpGet/path`,
        "/health/ready",
        /decided by \/health\/ready/,
      ],
      [
        "no revision is kept",
        [deployment, "-backend"],
        "spec/revisionHistoryLimit",
        0,
        /no revision is kept/,
      ],
      [
        "its release is not undone",
        ["kubernetes:helm.sh/v3:Release", "application-release"],
        "atomic",
        false,
        /not atomic/,
      ],
      [
        "its release keeps one revision",
        ["kubernetes:helm.sh/v3:Release", "application-release"],
        "maxHistory",
        1,
        /no revision before the last/,
      ],
      [
        "a hook is not made anew",
        ["kubernetes:batch/v1:Job", "-migrations"],
        "metadata/annotations/helm.sh~1hook-delete-policy",
        "hook-succeeded",
        /refuses another template/,
      ],
      [
        "a job outlasts its release",
        ["kubernetes:batch/v1:Job", "-migrations"],
        "spec/activeDeadlineSeconds",
        7200,
        /may run for 7200 s/,
      ],
      [
        "a node does not wait for a restore",
        ["kubernetes:karpenter.sh/v1:NodePool", ""],
        "spec/template/spec/terminationGracePeriod",
        "1h",
        /database-backup-restore, which does not start again/,
      ],
    ];
  for (const [what, of, path, value, says] of spoilt)
    it(`tells that ${what}`, () => {
      const judged = stacks.prod!;
      const changed = changing(judged, of, setting(path, value));
      assert.match(problems(judged, changed).join("\n"), says);
    });

  it("takes what nobody knows for no answer, and for no crash", () => {
    const judged = stacks.prod!;
    for (const path of [
      "spec/minReadySeconds",
      "spec/strategy",
      `${pod}terminationGracePeriodSeconds`,
      `${pod}containers`,
      "spec/template",
    ]) {
      const changed = changing(judged, [deployment, "-backend"], setting(path, unknown));
      assert.doesNotThrow(() => lines(judged, changed), path);
    }
    const open = setting("spec/minReadySeconds", unknown);
    assert.notDeepEqual(problems(judged, changing(judged, [deployment, "-backend"], open)), []);
  });

  it("holds for every workload whose figures leave room, and for none that leaves none", () => {
    const judged = stacks.prod!;
    const rollouts = fc.record({
      surge: fc.integer({ min: 0, max: 3 }),
      gone: fc.integer({ min: 0, max: 1 }),
      ready: fc.integer({ min: 0, max: 60 }),
      period: fc.integer({ min: 1, max: 10 }),
      failures: fc.integer({ min: 1, max: 30 }),
      timeout: fc.integer({ min: 60, max: 9000 }),
    });
    fc.assert(
      fc.property(rollouts, ({ surge, gone, ready, period, failures, timeout }) => {
        const edits: [string, unknown][] = [
          ["spec/strategy/rollingUpdate", { maxSurge: surge, maxUnavailable: gone }],
          ["spec/minReadySeconds", ready],
          [`${first}startupProbe/periodSeconds`, period],
          [`${first}startupProbe/failureThreshold`, failures],
          [`${first}readinessProbe/initialDelaySeconds`, 0],
        ];
        const workload = edits.reduce(
          (one, [path, value]) => setting(path, value)(one),
          judged.resources.find(
            ({ type, name }) => type === deployment && name === "mini-xdr/mini-xdr-backend",
          )!,
        );
        const resources = judged.resources.map((one) =>
          one.type === deployment && one.name === workload.name
            ? workload
            : one.name === "application-release" && one.type.endsWith("Release")
              ? setting("timeout", timeout)(one)
              : one,
        );
        const line = lines(judged, resources).find(({ of }) => of === `${workload.name} rolled`)!;
        const start = ready + period * failures;
        const rounds = Math.ceil(12 / (surge + gone));
        const holds = surge + gone > 0 && start < 600 && rounds * start <= timeout;
        assert.equal(line.broken.length === 0, holds, JSON.stringify(line));
      }),
    );
  });
});
