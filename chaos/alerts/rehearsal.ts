import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { claim, type Claim } from "../../lib/claim";
import { ends, UsageError } from "../../lib/ends";
import type { View } from "../../lib/progress";
import { conclude, concludeSkipped, report } from "../../lib/report";
import type { Tier } from "../../observability/slo";
import type { Plan } from "../../plan/plan";
import { monitoringImageTools } from "../../rehearsal/images";
import { missingRealNodes } from "../../rehearsal/nodes/missing";
import { runInSandbox } from "../../rehearsal/sandbox/sandbox";
import { chartsOf, type InstallableRelease } from "../../rehearsal/workloads/charts";
import { plannedArchives } from "../../rehearsal/workloads/images";
import type { ToolName } from "../../tools";
import { chaosTools } from "../rehearsal";
import type { Job } from "./run";

/** Outside programs; inside a sandbox there is no network to install from. */
export const alertTools: ToolName[] = [...chaosTools, ...monitoringImageTools, "promtool"];

/** What to rehearse. */
export interface AlertRehearsal {
  plan: Plan;
  /** Names of the faults to watch. */
  chosen: string[];
  /** Minutes without a fault; none when 0. */
  soak: number;
  /** Folder for Prometheus' data of each platform. */
  keep?: string;
  /** Path of the report, where one is wanted. */
  json?: string;
}

/** Platforms at the same time: most of a fault's time is waiting for its alert to be sure. */
const atOnce = 2;

/**
 * Watches a plan's monitoring tell people of faults, each on a platform of its own: what one fault has
 * burnt of a budget would hide the next. Returns the exit code.
 */
export async function rehearseAlerts(
  { plan, chosen, soak, keep, json }: AlertRehearsal,
  view: View,
  signal: AbortSignal,
): Promise<number> {
  const since = Date.now();
  // Every program that runs listens to it.
  setMaxListeners(0, signal);
  const missing = await missingRealNodes();
  if (missing) return concludeSkipped("rehearse:alerts", plan.stack, missing, json);
  const charts = await chartsOf(plan);
  const { releases, missing: lacking } = charts;
  if (lacking.length > 0)
    return concludeSkipped("rehearse:alerts", plan.stack, lacking[0]!.reason, json);
  const tier = tierOf(releases);
  const building = view.add("Images");
  const objects = releases.flatMap((release) => release.objects);
  const images = await view.run(building, (say) => plannedArchives(objects, say));
  view.end();
  const folder = await mkdtemp(path.join(os.tmpdir(), `mini-xdr-alerts-${process.pid}-`));
  const file = (name: string) => path.join(folder, `${name}.json`);
  const job = { plan, releases, images, tier };
  const kept = (name: string) => keep && path.join(keep, name);
  const jobs: (Job & { name: string })[] = [
    ...(soak > 0 ? [{ ...job, name: "soak", soak, keep: kept("soak"), report: file("soak") }] : []),
    ...chosen.map((fault) => ({
      ...job,
      name: fault,
      fault,
      keep: kept(fault),
      report: file(fault),
    })),
  ];
  try {
    const waiting = [...jobs];
    const codes = new Map<string, number>();
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const script = path.join(__dirname, "run.ts");
        codes.set(next.name, await runInSandbox(script, [], signal, JSON.stringify(next)));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    const claims = jobs.flatMap(({ name, report: at }) =>
      codes.get(name) === ends.done ? claimsIn(at) : [broken(name, codes.get(name)!)],
    );
    return conclude(report("rehearse:alerts", plan.stack, since, claims), json, standIns);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The tier whose SLO alerts a plan releases. @throws UsageError when it releases none */
function tierOf(releases: InstallableRelease[]): Tier {
  const rules = releases.find(({ name }) => name === "observability");
  if (!rules)
    throw new UsageError("plan: no release observability, so there are no alerts to watch");
  return rules.values.tier as Tier;
}

function broken(name: string, code: number): Claim {
  return claim({
    id: `${name}.completed`,
    claim: `The fault runs to its end; it ended with code ${code}, and says above why`,
    value: 1,
    unit: "failures",
    limit: 0,
  });
}

function claimsIn(file: string): Claim[] {
  return JSON.parse(readFileSync(file, "utf8")) as Claim[];
}

const standIns =
  "Stand-ins: PagerDuty, Slack and the dead man's switch, the load balancer and its controller, moto for S3, Redis for Valkey, " +
  "PostgreSQL with two standbys for RDS, folders on nodes for EBS volumes, six quiet hours before as the SLOs would have counted them, Grafana and its side-car, the images' base. " +
  "Prometheus, Alertmanager, the operator and the exporters are real, in the planned versions, with the planned values but for half of their requests for processor.";
