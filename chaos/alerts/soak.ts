import { setTimeout } from "node:timers/promises";
import { claim, type Claim } from "../../lib/claim";
import type { Say } from "../../rehearsal/drill";
import type { AlertBed } from "./bed";
import { contract } from "./contract";

/** Minutes between two words to whoever waits. */
const word = 5;

/**
 * What kube-prometheus says of this machine, which stands for nodes: its clock is nobody's here, and it has
 * more work than processors. Amazon's nodes are kept in time and are as many as are needed.
 */
const ofThisMachine = ["NodeClockNotSynchronising", "NodeSystemSaturation", "NodeCPUHighUsage"];

/** Load and nothing else, for so long: nobody may be told of anything. */
export async function soak(bed: AlertBed, minutes: number, say: Say): Promise<Claim[]> {
  const { receivers, metrics, load } = bed;
  const firing = new Set<string>();
  const heard = receivers.listen();
  for (let minute = 0; minute < minutes; minute++) {
    await setTimeout(60_000);
    for (const name of await metrics.firing()) firing.add(name);
    if (minute % word === 0)
      say(`${minutes - minute} minutes to go; firing: ${[...firing].join(", ") || "nothing"}`);
  }
  const { pages, messages } = heard();
  const kept = await contract(bed, say);
  const { total } = await load.stop();
  const { refused } = receivers;
  const ours = messages.filter(
    ({ alerts }) => !alerts.every((name) => ofThisMachine.includes(name)),
  );
  const told = (all: typeof pages) => all.map(({ alerts }) => `; ${alerts.join(" and ")}`).join("");
  return [
    ...kept,
    claim({
      id: "soak.pages",
      claim: `In ${minutes} minutes under load, with ${total.requests} requests, no phone rings${told(pages)}`,
      value: pages.length,
      unit: "pages",
      limit: 0,
    }),
    claim({
      id: "soak.messages",
      claim: `Nothing is written${told(ours)}; of this machine's own there are ${messages.length - ours.length} (${ofThisMachine.join(", ")})`,
      value: ours.length,
      unit: "messages",
      limit: 0,
    }),
    claim({
      id: "soak.failed",
      claim: `Of ${total.requests} requests none fails`,
      value: total.failed,
      unit: "requests",
      limit: 0,
    }),
    claim({
      id: "soak.firing",
      claim: `What fired, whoever was told: ${[...firing].sort().join(", ") || "nothing"}`,
      value: firing.size,
      unit: "alerts",
    }),
    claim({
      id: "soak.refused",
      claim: `The receivers refuse nothing${refused.map((words) => `; ${words}`).join("")}`,
      value: refused.length,
      unit: "refusals",
      limit: 0,
    }),
  ];
}
