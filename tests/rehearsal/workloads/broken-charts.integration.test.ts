import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Plan, PlannedResource } from "../../../plan/plan";
import { rehearsalTools, proveSimulated } from "../../../rehearsal/workloads/simulated-rehearsal";
import type { Claim } from "../../../lib/claim";
import { ofType, plannedStack, root } from "../../support/planned";
import { needTools } from "../../support/need-tools";
import { quiet } from "../support";

/** A way to make the pgbouncer release less available, and the claim that must not hold then. */
interface Breakage {
  title: string;
  drill: string;
  /** The one that has to notice. */
  claim: string;
  /** Changes a copy of the chart. */
  chart?(folder: string): Promise<void>;
  /** Changes a copy of the plan. */
  plan?(plan: Plan, release: PlannedResource): void;
}

const deployment = "templates/deployment.yaml";

const breakages: Breakage[] = [
  {
    title: "no rule that spreads the replicas",
    drill: "placement",
    claim: "placement.replicas-above-zone-share",
    chart: (folder) =>
      edit(folder, deployment, (text) =>
        withoutBlock(withoutBlock(text, "affinity"), "topologySpreadConstraints"),
      ),
  },
  {
    title: "maxUnavailable 1",
    drill: "rolling-update",
    claim: "rolling-update.during",
    chart: (folder) =>
      edit(folder, deployment, (text) => text.replace("maxUnavailable: 0", "maxUnavailable: 1")),
  },
  {
    title: "one replica",
    drill: "pod-deletion",
    claim: "pod-deletion.during",
    chart: withoutMinimum,
    plan: (_, { inputs }) => Object.assign(inputs.values as object, { replicas: 1 }),
  },
  {
    title: "no disruption budget",
    drill: "node-drain",
    claim: "node-drain.second-evictions",
    chart: (folder) => rm(path.join(folder, "templates/pod-disruption-budget.yaml")),
  },
  {
    title: "a spread that still counts a dead zone",
    drill: "zone-loss",
    claim: "zone-loss.completed",
    chart: (folder) =>
      edit(folder, deployment, (text) =>
        text.replace("nodeTaintsPolicy: Honor", "nodeTaintsPolicy: Ignore"),
      ),
  },
  {
    title: "a release that is not atomic",
    drill: "bad-release",
    claim: "bad-release.image.not-rolled-back",
    plan: (_, { inputs }) => Object.assign(inputs, { atomic: false }),
  },
  {
    title: "a schema without the minimum",
    drill: "scale-under-minimum",
    claim: "scale-under-minimum.accepted",
    chart: withoutMinimum,
  },
  {
    title: "a database that depends on the cluster",
    drill: "lost-cluster",
    claim: "lost-cluster.data-resources-touched",
    plan: (plan) => {
      const [cluster] = ofType(plan, "eks:index:Cluster");
      const database = plan.resources.find(({ type }) => type.startsWith("aws:rds/"));
      database!.dependencies.push(cluster!.urn);
    },
  },
  {
    title: "a Secret that nobody makes",
    drill: "placement",
    claim: "install.references.missing",
    plan: (plan) => {
      plan.resources = plan.resources.filter(
        ({ inputs }) =>
          (inputs.metadata as { name?: string } | undefined)?.name !== "pgbouncer-tls",
      );
    },
  },
];

/** Control planes that two cores bear at once. */
const atOnce = 3;

describe("each drill fails when what it proves is broken", function () {
  this.timeout(600_000);

  const outcomes = new Map<Breakage, Claim[]>();

  before(async function () {
    await needTools(this, rehearsalTools);
    const folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-broken-"));
    const plan = await plannedStack("prod");
    const waiting = [...breakages];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        outcomes.set(next, await run(next, plan, folder));
    };
    const workers = await Promise.allSettled(Array.from({ length: atOnce }, work));
    await rm(folder, { recursive: true, force: true });
    for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
  });

  for (const breakage of breakages)
    it(`${breakage.drill}: ${breakage.title}`, () => {
      const failed = outcomes
        .get(breakage)!
        .filter(({ holds, kind }) => !holds && kind !== "skipped");
      assert.ok(
        failed.some(({ id }) => id === breakage.claim),
        `${breakage.claim} should fail; failed: ${JSON.stringify(failed, null, 2)}`,
      );
    });
});

/** Rehearses the pgbouncer release alone, broken. */
async function run(
  { drill, chart, plan: change }: Breakage,
  plan: Plan,
  folder: string,
): Promise<Claim[]> {
  const broken = structuredClone(plan);
  const isRelease = ({ type }: PlannedResource) => type === "kubernetes:helm.sh/v3:Release";
  broken.resources = broken.resources.filter(
    (resource) => !isRelease(resource) || resource.inputs.name === "pgbouncer",
  );
  const release = broken.resources.find(isRelease)!;
  const copy = await mkdtemp(path.join(folder, "chart-"));
  await cp(path.join(root, release.inputs.chart as string), copy, { recursive: true });
  release.inputs.chart = copy;
  await chart?.(copy);
  change?.(broken, release);
  const { claims } = await proveSimulated({
    plan: broken,
    chosen: [drill],
    view: quiet(),
    signal: new AbortController().signal,
    keep: false,
  });
  return claims;
}

async function withoutMinimum(folder: string): Promise<void> {
  await edit(folder, "values.schema.json", (text) =>
    text.replaceAll('"minimum": 3', '"minimum": 1'),
  );
}

async function edit(folder: string, file: string, change: (text: string) => string) {
  const before = await readFile(path.join(folder, file), "utf8");
  const after = change(before);
  assert.notEqual(after, before, `${file} is not as this test expects it`);
  await writeFile(path.join(folder, file), after);
}

/** YAML without the block of `key`: its line and all that are indented more. */
function withoutBlock(text: string, key: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim() === `${key}:`);
  const indent = lines[start]?.search(/\S/) ?? 0;
  const length = lines
    .slice(start + 1)
    .findIndex((line) => line.trim() && line.search(/\S/) <= indent);
  return [...lines.slice(0, start), ...lines.slice(start + 1 + length)].join("\n");
}
