import { endWith } from "../../lib/ends";
import { View } from "../../lib/progress";
import { conclude, report } from "../../lib/report";
import { enterSandbox, takeInput } from "../sandbox/sandbox";
import type { Job } from "./real-rehearsal";
import { RealSite } from "./real-site";
import { rehearse } from "./rehearsal";

/** Memory for nodes' disks and servers, GiB. */
const memory = 10;

const standIns =
  "Stand-ins: moto for S3, Redis for Valkey, PostgreSQL with two standbys for RDS, the images' base. " +
  "Nodes, containers, probes, network policies, releases and the application are real.";

/** The inner half of a rehearsal on real nodes: runs as the first process of the sandbox. */
async function main(folder: string): Promise<number> {
  const since = Date.now();
  const { plan, charts, images, chosen, json } = JSON.parse(takeInput(folder)) as Job;
  enterSandbox(folder, memory);
  const view = new View();
  const starting = view.add("Database, cache and bucket");
  const site = await view.run(starting, () => RealSite.start(plan, folder, images));
  // The command ends this process with everything in it.
  const { signal } = new AbortController();
  const { claims } = await rehearse({ plan, charts, site, chosen, view, signal, keep: false });
  view.end();
  return conclude(report("rehearse", plan.stack, since, claims), json, standIns);
}

endWith(main(process.argv[2]!));
