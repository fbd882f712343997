import { claim } from "../../lib/claim";
import type { Drill } from "../../rehearsal/drill";
import type { Bed } from "../bed";
import { list, writes } from "../requests";
import { Load } from "../traffic/load/load";
import type { LoadReport } from "../traffic/load/report";
import { withVariant, type Deployment } from "../variant";

/** Rates at which the capacity is looked for, requests a second. */
const steps = [60, 120, 180, 240, 320, 420, 540];
/** Seconds at each. */
const each = 4;
/** Share of a rate that is answered while it is within the capacity. */
const carried = 0.99;
/** Milliseconds that an admitted request may take under overload, 99 of 100: the route's time-out. */
const bound = 5000;
/** Milliseconds that a client waits, so that it is not its patience that bounds the answers. */
const patience = 10_000;
/** A fifth of what a backend has, so that the load generator is not what is measured. */
const processor = "200m";
/** And a fifth of the work that it takes at once: 64 writes and 256 reads by default. */
const limits = [
  { name: "MAX_WRITES", value: "13" },
  { name: "MAX_READS", value: "51" },
];

export default {
  name: "overload",
  title: "Three times the capacity",
  async run(bed: Bed, say) {
    return withVariant(bed.platform, "mini-xdr-backend", small, async () => {
      await bed.edge.healthy(3);
      say("looking for the capacity");
      let capacity = 0;
      for (const rate of steps) {
        const found = goodput(await load(bed, rate, each));
        capacity = Math.max(capacity, found);
        if (found < rate * carried) break;
      }
      const rate = Math.round(capacity * 3);
      say(`${rate} requests a second, three times the capacity`);
      const result = await load(bed, rate, 15);
      say("a third of the capacity again");
      const normal = await load(bed, Math.round(capacity / 3), 15);
      await bed.edge.healthy(3);
      const settled = normal.failures ? (normal.failures.last - normal.started) / 1000 : 0;
      const injection = `${result.total.requests} requests in ${result.seconds.toFixed(1)} s, ${JSON.stringify(result.total.outcomes)}`;
      return [
        claim({
          id: "overload.generator",
          claim: `The generator kept up${result.void ? `: ${result.void}` : ""}`,
          value: result.lag.share * 100,
          unit: "% late",
          limit: 1,
        }),
        claim({
          id: "overload.goodput-lost",
          claim: `Of a capacity of ${Math.round(capacity)} requests a second (backends of ${processor} each), ${Math.round(goodput(result))} are served`,
          value: Math.max(0, 1 - goodput(result) / capacity) * 100,
          unit: "%",
          limit: 10,
          injection,
        }),
        claim({
          id: "overload.latency.p99",
          claim: "What is admitted stays quick",
          value: result.total.latency.p99,
          unit: "ms",
          limit: bound,
          injection,
        }),
        claim({
          id: "overload.recovery",
          claim: "After it the last failure comes within",
          value: settled,
          unit: "s",
          limit: 30,
          injection,
        }),
      ];
    });
  },
} satisfies Drill<Bed>;

function small({ spec }: Deployment): void {
  for (const { resources, env } of spec.template.spec.containers) {
    resources.requests.cpu = processor;
    resources.limits.cpu = processor;
    env.push(...limits);
  }
}

async function load({ edge, tenant }: Bed, rate: number, seconds: number): Promise<LoadReport> {
  const kinds = [writes(tenant), list(tenant)].map((kind) => ({ ...kind, timeout: patience }));
  const running = await Load.start({
    url: edge.balancer.url,
    rate,
    connections: "keep-alive",
    kinds,
  });
  await running.after(rate * seconds);
  return running.stop();
}

/** Requests a second that were served. */
function goodput({ total, seconds }: LoadReport): number {
  return total.ok / seconds;
}
