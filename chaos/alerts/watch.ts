import { setTimeout } from "node:timers/promises";
import pWaitFor from "p-wait-for";
import { claim, type Claim } from "../../lib/claim";
import type { Tier } from "../../observability/slo";
import type { Say } from "../../rehearsal/drill";
import type { AlertBed } from "./bed";
import type { AlertFault } from "./fault";
import type { Receivers, Told } from "./receivers";

/** Seconds under load before the fault, in which nobody may be told of anything. */
const before = 90;
/** Seconds after it is undone, in which nobody may be told a second time. */
const after = 120;
/** How much longer than predicted is waited, so that the claim has a figure. */
const patience = 2;

/** Injects a fault and listens to what people are told of it. */
export async function watch(
  bed: AlertBed,
  fault: AlertFault,
  tier: Tier,
  say: Say,
): Promise<Claim[]> {
  const { receivers } = bed;
  const { name, title } = fault;
  const within = fault.within(tier);
  const heard = receivers.listen();
  say(`${before} s with nothing injected`);
  await setTimeout(before * 1000);
  const sham = heard();
  say(title);
  const begun = Date.now();
  const { proof, undo } = await fault.inject(bed);
  const told = await tellsOf(fault, bed, begun, within);
  say(`${told === undefined ? "nobody was told" : `told after ${told.toFixed(1)} s`}; undoing`);
  await undo();
  await setTimeout(after * 1000);
  const { pages, messages } = heard();
  const rung = fault.tells === "page" ? 1 : 0;
  const written = fault.tells === "message" || fault.tells === "page" ? undefined : 0;
  return [
    claim({
      id: `${name}.sham`,
      claim: `Before, under load for ${before} s, nobody is told of anything${list(sham)}`,
      value: sham.pages.length + sham.messages.length,
      unit: "pages and messages",
      limit: 0,
    }),
    ...(fault.tells === "nobody"
      ? []
      : [
          claim({
            id: `${name}.told`,
            claim: `${title}: ${whom[fault.tells]}`,
            value: told ?? Infinity,
            unit: "s",
            limit: within,
            injection: proof,
          }),
        ]),
    claim({
      id: `${name}.pages`,
      claim: `${title}: ${rung === 1 ? "one page" : "no page"}, up to ${after} s after its end${list({ pages, messages: [] })}`,
      value: Math.abs(pages.length - rung),
      unit: "pages too many or few",
      limit: 0,
      injection: proof,
    }),
    claim({
      id: `${name}.messages`,
      claim: `${title}: what is written of it${list({ pages: [], messages })}`,
      value: messages.length,
      unit: "messages",
      limit: written,
      injection: proof,
    }),
    claim({
      id: `${name}.refused`,
      claim: `The receivers refuse nothing${receivers.refused.map((words) => `; ${words}`).join("")}`,
      value: receivers.refused.length,
      unit: "refusals",
      limit: 0,
    }),
  ];
}

const whom = {
  page: "a phone rings",
  message: "a message is written",
  silence: "the dead man's switch trips",
  nobody: "",
};

/** Seconds from the beginning until whoever should be told is; undefined when nobody is. */
async function tellsOf(
  { tells, alerts }: AlertFault,
  { receivers }: AlertBed,
  begun: number,
  within: number,
): Promise<number | undefined> {
  if (tells === "nobody") {
    await setTimeout(begun + within * 1000 - Date.now());
    return undefined;
  }
  if (tells === "silence") return tripped(receivers, begun, within);
  const all = () => (tells === "page" ? receivers.pages : receivers.messages);
  const found = () =>
    all().find((told) => told.at >= begun && told.alerts.some((name) => alerts.includes(name)));
  const until = begun + within * patience * 1000;
  await pWaitFor(() => found() !== undefined || Date.now() > until, { interval: 200 });
  const told = found();
  return told && (told.at - begun) / 1000;
}

async function tripped({ deadMansSwitch }: Receivers, begun: number, within: number) {
  let at: number | undefined;
  deadMansSwitch.once("tripped", (moment) => (at = moment));
  const until = begun + within * patience * 1000;
  await pWaitFor(() => at !== undefined || Date.now() > until, { interval: 200 });
  return at && (at - begun) / 1000;
}

function list({ pages, messages }: Record<"pages" | "messages", Told[]>): string {
  return [...pages, ...messages].map(({ alerts }) => `; ${alerts.join(" and ")}`).join("");
}
