import assert from "node:assert/strict";
import { join } from "node:path";
import { bundle } from "../../../rehearsal/images/bundle";
import { needTools } from "../../support/need-tools";
import { root } from "../../support/planned";
import { Backend } from "./support/backend";
import { Bed } from "./support/bed";
import { attack } from "./support/client";
import { closedLoop, type Cost, type Subject } from "./support/closed-loop";

/** Runs of each server, in pairs whose order alternates. */
const pairs = 6;

/**
 * Percent of processor time. The aim is 15: 8, 8, 13, 17 and 27 were measured, the more neighbours the
 * more, and a neighbour must not decide. A step back to the 47 that it was is noticed.
 */
const most = 40;

const batches = { name: "batches of 50", requests: 300, events: 50 };
const singles = { name: "single events", requests: 1000, events: 1 };

/** What sensors send: one event in 50 is an attack, by a source of its own. */
const eventOf = (number: number) => {
  const src_endpoint = { ip: `203.0.${Math.floor(number / 250) % 250}.${number % 250}` };
  const uid = String(number);
  const product = { name: number % 2 ? "Okta" : "Suricata" };
  const event = { ...attack, time: attack.time + number, metadata: { product, uid }, src_endpoint };
  return number % 50 === 0
    ? event
    : { ...event, severity_id: 1, message: "Connection closed after 12 packets, 4096 bytes" };
};

let sent = 0;
const bodiesOf = ({ requests, events }: typeof batches) =>
  Array.from({ length: requests }, () =>
    JSON.stringify({ events: Array.from({ length: events }, () => eventOf(sent++)) }),
  );

const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const middle = (costs: Cost[], of: keyof Cost) => median(costs.map((cost) => cost[of]));

describe("the cost of the contract, beside an equally plain route", function () {
  this.timeout(300_000);
  let bed: Bed;
  let contract: Subject;
  let plain: Subject;
  let plainServer: Backend;

  before(async function () {
    await needTools(this, ["postgres", "redis-server"]);
    bed = await Bed.start();
    const { organization: ORGANIZATION, apiKey } = await bed.organization("one");
    const subject = ({ child, port }: Backend) => ({
      pid: child.pid!,
      url: `http://127.0.0.1:${port}`,
      apiKey,
    });
    // Limits are counted as ever, but never reached, however busy the machine is.
    contract = subject(await bed.backend({ RATE_LIMIT: "1000000", MAX_BURST_MS: "60000" }));
    const program = await bundle(join(root, "tests/images/backend/support/plain-route.ts"));
    plainServer = await Backend.start({ ...bed.environment, ORGANIZATION }, program, "listening");
    plain = subject(plainServer);
  });
  after(async () => {
    plainServer?.kill();
    await bed?.stop();
  });

  /** How much more processor time an event costs, in percent: the median of the pairs. */
  const compare = async (kind: typeof batches): Promise<number> => {
    const costs = { contract: [] as Cost[], plain: [] as Cost[] };
    const of = { contract, plain };
    // The first pair warms both up.
    for (let pair = 0; pair <= pairs; pair++) {
      const order = ["contract", "plain"] as const;
      for (const which of pair % 2 ? order : order.toReversed()) {
        const cost = await closedLoop(of[which], bodiesOf(kind), kind.events);
        if (pair > 0) costs[which].push(cost);
      }
    }
    const more = median(costs.contract.map(({ cpu }, pair) => cpu / costs.plain[pair]!.cpu - 1));
    const told = (which: keyof typeof costs) => {
      const [cpu, rate, p99] = (["cpu", "rate", "p99"] as const).map((one) =>
        middle(costs[which], one),
      );
      return `${cpu!.toFixed(0)} µs of processor an event, ${rate!.toFixed(0)} events/s, p99 ${p99!.toFixed(0)} ms`;
    };
    console.log(
      `      ${kind.name}: ${(more * 100).toFixed(1)} % more; contract ${told("contract")}; plain ${told("plain")}`,
    );
    return more * 100;
  };

  // Processor time, as it depends least on what else the machine does; rate and p99 are told.
  it(`is under ${most} % of processor time for batches of 50 events`, async () => {
    const more = await compare(batches);
    assert.ok(more < most, `${more.toFixed(1)} %`);
  });

  // No limit here: what a request costs is not shared by 50 events. 63 to 97 % were measured.
  it("is told for single events", async () => {
    await compare(singles);
  });
});
