import { claim, type Claim } from "../lib/claim";
import { endWith } from "../lib/ends";
import { conclude, report } from "../lib/report";
import type { Plan } from "../plan/plan";
import type { Drill, Say } from "../rehearsal/drill";
import type { ImageArchive } from "../rehearsal/nodes/image-store";
import { enterSandbox, takeInput } from "../rehearsal/sandbox/sandbox";
import type { Bed } from "./bed";
import { drills } from "./drills";
import { Edge } from "./edge";
import { measure } from "./measure";
import { Platform } from "./platform";
import { requests } from "./requests";
import { newTenant } from "../rehearsal/services/tenant";

/** What the command hands into the sandbox. */
export interface Job {
  plan: Plan;
  images: ImageArchive[];
  /** Names of the drills to run. */
  chosen: string[];
  /** Path of the report, where one is wanted. */
  json?: string;
}

/** Memory for images, nodes and servers, GiB. */
const memory = 10;
/** Seconds in which an earlier drill's traces have to be gone. */
const settling = 120;

/** The inner half of `rehearse:chaos`: runs as the first process of the sandbox. */
async function main(folder: string): Promise<number> {
  const since = Date.now();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { plan, images, chosen, json } = JSON.parse(takeInput(folder)) as Job;
  enterSandbox(folder, memory);
  const { platform, claims } = await Platform.start(plan, folder, images, say);
  const bed = await bedOf(platform, plan);
  say(`platform up and served after ${seconds(since)} s`);
  for (const drill of drills.filter(({ name }) => chosen.includes(name))) {
    say(`▸ ${drill.name}: ${drill.title}`);
    const started = Date.now();
    claims.push(...(await attempt(drill, bed, (line) => say(`  ${line}`))));
    say(`  ${seconds(started)} s`);
  }
  return conclude(report("rehearse:chaos", plan.stack, since, claims), json, standIns);
}

async function bedOf(platform: Platform, plan: Plan): Promise<Bed> {
  const edge = await Edge.start(plan, platform.plane.api, platform.accessLog);
  const tenant = await newTenant(platform.services, "rehearsal");
  await edge.healthy(3);
  const bed = { platform, edge, tenant };
  await measure(bed, { kinds: requests(tenant), requests: 100, fault: async () => "first use" });
  return bed;
}

/** A drill from a steady state; one that breaks off is a broken claim, and the others go on. */
async function attempt(drill: Drill<Bed>, bed: Bed, say: Say): Promise<Claim[]> {
  const { workloads } = bed.platform;
  try {
    await workloads.until(() => workloads.unsteady(), settling);
    await bed.edge.healthy(3);
    return await drill.run(bed, say);
  } catch (error) {
    process.stderr.write(`${(error as Error).stack}\n`);
    return [
      claim({
        id: `${drill.name}.completed`,
        claim: `The drill runs to its end; it did not: ${(error as Error).message}`,
        value: 1,
        unit: "failures",
        limit: 0,
      }),
    ];
  }
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 100) / 10;
}

const standIns =
  "Stand-ins: the load balancer and its controller, moto for S3, Redis for Valkey, PostgreSQL with two standbys for RDS, " +
  "the images' base. Nodes, containers, probes, network policies, releases and the application are real.";

endWith(main(process.argv[2]!));
