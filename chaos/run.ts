import os from "node:os";
import type { Claim } from "../lib/claim";
import { endWith } from "../lib/ends";
import { writeJson } from "../lib/json-file";
import type { Plan } from "../plan/plan";
import type { Say } from "../rehearsal/drill";
import type { ImageArchive } from "../rehearsal/nodes/image-store";
import { newTenant } from "../rehearsal/services/tenant";
import { enterSandbox, takeInput } from "../rehearsal/sandbox/sandbox";
import type { Bed } from "./bed";
import type { ChaosDrill } from "./drill";
import { Edge } from "./edge";
import { drillOf, Progress, runsAlone } from "./lanes";
import { measure } from "./measure";
import { Platform } from "./platform";
import { requests } from "./requests";
import { claimsOf, trial } from "./trial";
import { throughVariants } from "./variant";

/** What the command hands into a lane's sandbox. */
export interface Job {
  plan: Plan;
  images: ImageArchive[];
  /** All lanes' drills, by name. */
  lanes: string[][];
  /** Which of them this one runs. */
  lane: number;
  /** Where lanes tell each other how far they are, and leave their claims. */
  folder: string;
}

/** Memory for images, nodes and servers, GiB. */
const memory = 10;
/**
 * Niceness of all that is no pod: the database, the load balancer and the clients are machines of their
 * own where the stack ships, and do not wait for pods that start. Pods have their cgroups' weight, which
 * this does not change.
 */
const apart = -10;
/** The inner half of `rehearse:chaos`, for one lane: runs as the first process of the sandbox. */
async function main(folder: string): Promise<number> {
  const { plan, images, lanes, lane, folder: shared } = JSON.parse(takeInput(folder)) as Job;
  enterSandbox(folder, memory);
  os.setPriority(apart);
  const progress = new Progress(shared, lanes.length);
  const prefix = lanes.length > 1 ? `${lane + 1} ` : "";
  const say = (line: string) => process.stderr.write(`${prefix}${line}\n`);
  await progress.untilUp(lane);
  const since = Date.now();
  const { platform, claims } = await Platform.start({ plan, folder, images }, say);
  const bed = await bedOf(platform, plan);
  progress.up(lane);
  say(`platform up and served after ${((Date.now() - since) / 1000).toFixed(1)} s`);
  const drills = lanes[lane]!.map(drillOf);
  claims.push(
    ...(await runAll(
      bed,
      drills.filter((drill) => !runsAlone(drill)),
      say,
    )),
  );
  const last = drills.filter(runsAlone);
  if (last.length > 0) {
    await progress.untilAlone(lane);
    claims.push(...(await runAll(bed, last, say)));
  }
  writeJson(progress.report(lane), claims);
  return 0;
}

/** Drills one after the other, and then their controls, those of one variant together. */
async function runAll(bed: Bed, drills: ChaosDrill[], say: Say): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const { name: id, title, run } of drills)
    claims.push(...(await trial(bed, { id, title, run }, say)));
  const controls = drills.flatMap(({ name, control }) => (control ? [{ name, ...control }] : []));
  if (controls.length === 0) return claims;
  const variants = new Set(controls.map(({ variant }) => variant));
  const stages = [...variants].map((each) => ({
    change: each.change,
    work: async () => {
      await bed.edge.healthy(3);
      for (const { name, variant, run } of controls) {
        if (variant !== each) continue;
        const one = async (...args: [Bed, Say]) => [await run(...args)];
        const what = { id: `${name}.control`, title: `control ${each.text}`, run: one };
        claims.push(...(await trial(bed, what, say)));
      }
    },
  }));
  const broken = await claimsOf(`${controls[0]!.name}.controls`, async () => {
    await throughVariants(bed.platform, stages);
    await bed.edge.healthy(3);
    return [];
  });
  return [...claims, ...broken];
}

async function bedOf(platform: Platform, plan: Plan): Promise<Bed> {
  const edge = await Edge.start(plan, platform.plane.api, platform.accessLog);
  const tenant = await newTenant(platform.services, "rehearsal");
  await edge.healthy(3);
  const bed = { platform, edge, tenant, runs: [] };
  await measure(bed, { kinds: requests(tenant), requests: 100, fault: async () => "first use" });
  return bed;
}

endWith(main(process.argv[2]!));
