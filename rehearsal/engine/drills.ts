import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Drill, Say } from "../drill";
import { outlivesCluster } from "../../policies/model/cluster-loss";
import { claim, type Claim } from "../../lib/claim";
import type { Report } from "../../lib/report";
import { Workloads } from "../workloads/workloads";
import type { EngineStack } from "./engine-stack";

/** Seconds for the first `up` of an empty account: as long as an operator waits for it. */
const bringUpLimit = 300;
/** The design's target for a lost cluster on a control plane of this machine, seconds. */
const rebuildLimit = 120;
/** The only add-on that the stack wants: containers' logs. What Auto Mode brings would be there twice. */
const wanted = "amazon-cloudwatch-observability";

/** The engine's first preview and update, with the pack, and a second preview that changes nothing. */
export const bringUp: Drill<EngineStack> = {
  name: "bring-up",
  title: "First up, under the policy pack",
  async run(stack, say) {
    const seconds = await timed(() => stack.up(say));
    say("a second preview");
    const changes = await stack.changes();
    const { access } = stack.cloud;
    const addons = stack.cloud.addons.filter((name) => name !== wanted);
    const others = access.administrators.filter((arn) => !stack.administrators.includes(arn));
    return [
      claim({
        id: "bring-up.administrators-unnamed",
        claim: `EKS lets nobody administer the cluster but the roles of the configuration${listed(others)}`,
        value: others.length,
        unit: "roles",
        limit: 0,
      }),
      claim({
        id: "bring-up.addons",
        claim: `The cluster has no add-on but ${wanted}${listed(addons)}`,
        value: addons.length,
        unit: "add-ons",
        limit: 0,
      }),
      claim({
        id: "bring-up.seconds",
        claim: "The real engine's first preview passes the policy pack, and its update succeeds",
        value: seconds,
        unit: "s",
        limit: bringUpLimit,
        kind: "simulated",
      }),
      claim({
        id: "bring-up.changes-left",
        claim: `A second preview changes nothing${listed(changes.map(({ urn }) => urn))}`,
        value: changes.length,
        unit: "changes",
        limit: 0,
      }),
      askedElsewhere("bring-up", stack),
    ];
  },
};

/** A rebuild while neither AWS nor the cluster's API answers, which proves no loss. */
export const unansweredAws: Drill<EngineStack> = {
  name: "time-out",
  title: "Rebuild while AWS does not answer",
  async run(stack, say) {
    const before = await stack.state();
    const asked = stack.cloud.changes.length;
    stack.aws.hangs = true;
    const { code, stderr } = await stack.rebuild([], say).finally(() => (stack.aws.hangs = false));
    const refused = code === 1 && /did not say that the cluster is gone/.test(stderr);
    const injection = "EKS and STS accept the connection and never answer";
    return [
      claim({
        id: "time-out.taken-for-a-loss",
        claim: "A time-out is no lost cluster: rebuild refuses with exit code 1",
        value: refused ? 0 : 1,
        unit: "rebuilds",
        limit: 0,
        injection,
      }),
      claim({
        id: "time-out.changes",
        claim: "Neither the stack's state nor a resource has changed",
        value: stack.cloud.changes.length - asked + ((await stack.state()) === before ? 0 : 1),
        unit: "changes",
        limit: 0,
        injection,
      }),
    ];
  },
};

/** The cluster is lost with its storage, and `npm run rebuild` brings it back. */
export const lostCluster: Drill<EngineStack> = {
  name: "rebuild",
  title: "Lost cluster: npm run rebuild",
  async run(stack, say) {
    const workloads = await workloadsOf(stack);
    const ground = await groundOf(stack);
    const addresses = await stack.outputs();
    const asked = stack.cloud.changes.length;
    const { api, folder } = stack.cluster.plane!;
    await stack.loseCluster();
    const unreachable = await api.get("/readyz").then(
      () => false,
      () => true,
    );
    if (!unreachable) throw new Error("the cluster was not lost: its API still answers");
    if (Object.keys(stack.cloud.access.principals).length > 0)
      throw new Error("the cluster was not lost: EKS still has its access entries");
    const injection = `all processes killed, ${folder} with etcd's data removed, its API refuses connections, EKS says ResourceNotFoundException`;
    const steps = await rebuilt(stack, say);
    const touched = stack.cloud.changes.slice(asked).filter(({ urn }) => outlivesCluster(urn));
    const after = await workloadsOf(stack);
    const missing = workloads.filter((workload) => !after.includes(workload));
    const groundAfter = await groundOf(stack);
    const lacking = ground.filter((part) => !groundAfter.includes(part));
    const added = groundAfter.filter((part) => !ground.includes(part));
    const changes = await stack.changes();
    const now = await stack.outputs();
    const moved = Object.keys(addresses).filter(
      (name) => JSON.stringify(addresses[name]) !== JSON.stringify(now[name]),
    );
    const none = (id: string, text: string, found: string[]) =>
      claim({
        id: `rebuild.${id}`,
        claim: `${text}${listed(found)}`,
        value: found.length,
        unit: "",
        limit: 0,
        injection,
      });
    return [
      ...steps.map((step) => ({ ...step, kind: "simulated" as const, injection })),
      none(
        "data-touched",
        "No resource that outlives the cluster was created, changed or deleted",
        touched.map(({ urn }) => urn),
      ),
      none("outputs-changed", "Every output of the stack is what it was", moved),
      none(
        "ground-missing",
        `The same ${ground.length} access entries, classes and pools of nodes are there`,
        lacking,
      ),
      none("ground-added", "No other access entry, add-on, class or pool of nodes is", added),
      none("workloads-missing", `The same ${workloads.length} workloads are there`, missing),
      none(
        "changes-left",
        "A preview afterwards changes nothing",
        changes.map(({ urn }) => urn),
      ),
      askedElsewhere("rebuild", stack, injection),
    ];
  },
};

/** A chart from the internet would be asked for where nobody answers. */
function askedElsewhere(drill: string, { registry }: EngineStack, injection?: string): Claim {
  const hosts = [...registry.refused];
  return claim({
    id: `${drill}.asked-elsewhere`,
    claim: `Charts come from the stack's own registry, and engine and provider ask no other host${listed(hosts)}`,
    value: hosts.length,
    unit: "hosts",
    limit: 0,
    injection,
  });
}

/** The claims of the command's own report, the whole held against the target for this machine. */
async function rebuilt(stack: EngineStack, say: Say): Promise<Claim[]> {
  const file = path.join(stack.folder, "rebuild.json");
  const { code, stdout, stderr } = await stack.rebuild(["--json", file], say);
  if (code !== 0)
    throw new Error(`npm run rebuild: exit code ${code}: ${(stderr || stdout).slice(-2000)}`);
  const { claims } = JSON.parse(await readFile(file, "utf8")) as Report;
  return claims.map((step) =>
    step.id === "rebuild.total"
      ? { ...step, limit: rebuildLimit, holds: step.value! <= rebuildLimit }
      : step,
  );
}

/** What workloads stand on: who may use the cluster, its add-ons, and where its nodes come from. */
async function groundOf({ cloud, cluster }: EngineStack): Promise<string[]> {
  const last = (arn: string) => arn.split("/").at(-1)!;
  const { api } = cluster.plane!;
  const kinds = ["eks.amazonaws.com/v1/nodeclasses", "karpenter.sh/v1/nodepools"];
  const objects = await Promise.all(
    kinds.map(async (kind) => {
      const found = await api.list<{ metadata: { name: string } }>(`/apis/${kind}`);
      return found.map(({ metadata }) => `${last(kind)} ${metadata.name}`);
    }),
  );
  return [
    ...Object.entries(cloud.access.principals).map(
      ([arn, policies]) => `entry ${last(arn)} (${policies.map(last).sort().join(", ")})`,
    ),
    ...cloud.addons.map((addon) => `add-on ${addon}`),
    ...objects.flat(),
  ].sort();
}

/** Workloads with their replicas, once all of these are ready. */
export async function workloadsOf({ cluster }: EngineStack): Promise<string[]> {
  const workloads = await Workloads.follow(cluster.plane!.api);
  try {
    await workloads.until(() => workloads.unsteady(), 60);
    return workloads.all.map(({ id, desired }) => `${id} × ${desired}`).sort();
  } finally {
    workloads.end();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (performance.now() - since) / 1000;
}

function listed(found: string[]): string {
  return found.length === 0 ? "" : `; not ${found.map((urn) => urn.split("::").at(-1)).join(", ")}`;
}
