import type { Claim } from "../../lib/claim";
import { endWith } from "../../lib/ends";
import { writeJson } from "../../lib/json-file";
import type { Tier } from "../../observability/slo";
import { enterSandbox, takeInput } from "../../rehearsal/sandbox/sandbox";
import { startAlertBed, type AlertBedOptions } from "./bed";
import { faults } from "./faults";
import { keepData } from "./keep";
import { soak } from "./soak";
import { watch } from "./watch";

/** What the command hands into a sandbox. */
export interface Job extends Omit<AlertBedOptions, "folder"> {
  tier: Tier;
  /** What happens there: a fault by its name, or minutes without one. */
  fault?: string;
  soak?: number;
  /** Folder for Prometheus' data, where it is to be kept. */
  keep?: string;
  /** Where its claims are left. */
  report: string;
}

/** Memory for images, nodes, servers and volumes, GiB. */
const memory = 10;

/** The inner half of `rehearse:alerts`: one platform, one fault. */
async function main(folder: string): Promise<number> {
  const {
    tier,
    fault: name,
    soak: minutes,
    keep,
    report,
    ...options
  } = JSON.parse(takeInput(folder)) as Job;
  enterSandbox(folder, memory);
  const say = (line: string) => process.stderr.write(`${name ?? "soak"}: ${line}\n`);
  const { bed, failure } = await startAlertBed({ ...options, folder }, say);
  const fault = faults.find((one) => one.name === name);
  const work: Promise<Claim[]> = fault ? watch(bed, fault, tier, say) : soak(bed, minutes!, say);
  writeJson(report, await Promise.race([work, failure]));
  if (keep) await keepData(bed, keep);
  return 0;
}

endWith(main(process.argv[2]!));
