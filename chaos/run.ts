import os from "node:os";
import type { Claim } from "../lib/claim";
import { endWith } from "../lib/ends";
import { writeJson } from "../lib/json-file";
import type { Plan } from "../plan/plan";
import type { Say } from "../rehearsal/drill";
import type { ImageArchive } from "../rehearsal/nodes/image-store";
import { newTenant } from "../rehearsal/services/tenant";
import { enterSandbox, takeInput } from "../rehearsal/sandbox/sandbox";
import { Backends } from "./backends";
import type { Bed } from "./bed";
import { control, type Control } from "./control";
import type { ChaosDrill } from "./drill";
import { Edge } from "./edge";
import { drillOf, Progress, runsAlone } from "./lanes";
import { measure } from "./measure";
import { Platform } from "./platform";
import { requests } from "./requests";
import { trial, type Trial } from "./trial";
import { asPlanned } from "./variant";

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

/** Drills one after the other, and then their controls. */
async function runAll(bed: Bed, drills: ChaosDrill[], say: Say): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const { name: id, variant = asPlanned, title, run } of drills)
    claims.push(...(await trial(bed, { id, title, variant, run }, say)));
  for (const one of new Set(drills.flatMap((drill) => drill.control ?? []))) {
    const names = drills.filter((drill) => drill.control === one).map(({ name }) => name);
    claims.push(...(await trial(bed, controlOf(names, one), say)));
  }
  return claims;
}

/** A control, whose finding is claimed of each of these drills. */
function controlOf(names: string[], { variant, run }: Control): Trial {
  return {
    id: `${names[0]}.control`,
    title: `control ${variant.text}`,
    variant,
    async run(bed, say) {
      const finding = await run(bed, say);
      return names.map((name) => control(name, variant.text, finding));
    },
  };
}

async function bedOf(platform: Platform, plan: Plan): Promise<Bed> {
  const edge = await Edge.start(plan, platform.plane.api, platform.accessLog);
  const tenant = await newTenant(platform.services, "rehearsal");
  await edge.healthy(3);
  const bed = { platform, backends: new Backends(platform), edge, tenant, runs: [] };
  await measure(bed, { kinds: requests(tenant), requests: 100, fault: async () => "first use" });
  return bed;
}

endWith(main(process.argv[2]!));
