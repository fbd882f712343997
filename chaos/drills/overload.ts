import { claim, type Claim } from "../../lib/claim";
import type { Say } from "../../rehearsal/drill";
import type { Bed } from "../bed";
import { control } from "../control";
import type { ChaosDrill } from "../drill";
import { Latency } from "../faults/latency";
import { list, writes } from "../requests";
import { Load } from "../traffic/load/load";
import type { LoadReport } from "../traffic/load/report";
import { setEnvironment, type Variant } from "../variant";

/** Rates at which the capacity is looked for, requests a second. */
const steps = [80, 120, 160, 200, 260, 340];
/** Seconds at each. */
const each = 4;
/** Share of a rate that is answered while it is within the capacity; what is on its way at the end is not. */
const carried = 0.95;
/** Milliseconds that an admitted request may take under overload, 99 of 100: a fifth of the route's time-out. */
const bound = 1000;
/** Milliseconds that a client waits, so that it is not its patience that bounds the answers. */
const patience = 10_000;
/**
 * Milliseconds that every packet to the database takes longer, so that the database is the limit and not
 * the two processors, which the load generator and the load balancer share with the pods. At 20 three times
 * the capacity was 900 requests a second: pods waited for a processor for 0.8 of each.
 */
const away = 40;
/** A tenth of the work that a backend takes at once, so that three times the capacity is no more than they have. */
const limited = withLimits("with a tenth of the limits", { MAX_WRITES: "6", MAX_READS: "26" });
/** Whatever comes is taken, in whatever number and however long the event loop is busy. */
const unlimited = withLimits("without limits of what is in work", {
  MAX_WRITES: "100000",
  MAX_READS: "100000",
  MAX_BURST_MS: "100000000",
});

export default {
  name: "overload",
  title: "Three times the capacity",
  variant: limited,
  async run(bed: Bed, say) {
    const { capacity, claims } = await farAway(bed, limited, () => shed(bed, say));
    const { total, lost } = await farAway(bed, unlimited, async () => {
      say("the same rate without shedding");
      const without = await load(bed, Math.round(capacity * 3), 8);
      return { total: without.total, lost: goodputLost(without, capacity) };
    });
    return [
      ...claims,
      control("overload", unlimited.text, {
        failed: !lost.holds || total.latency.p99 > bound,
        found: `${Math.round(lost.value!)} % of the goodput lost, p99 ${Math.round(total.latency.p99)} ms, ${JSON.stringify(total.outcomes)}`,
      }),
    ];
  },
} satisfies ChaosDrill;

function withLimits(text: string, env: Record<string, string>): Variant {
  return { text, change: (deployment) => setEnvironment(deployment, env) };
}

/** Work with such backends, while the database is further away. */
async function farAway<T>(bed: Bed, backends: Variant, work: () => Promise<T>): Promise<T> {
  const { network, services } = bed.platform;
  await bed.backends.become(backends);
  await bed.edge.healthy(3);
  const latency = await Latency.start(network, services.database.addresses, away);
  try {
    return await work();
  } finally {
    await latency.stop();
  }
}

/** Looks for the capacity, asks three times as much, and then for less again. */
async function shed(bed: Bed, say: Say): Promise<{ capacity: number; claims: Claim[] }> {
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
  const claims = [
    claim({
      id: "overload.generator",
      claim: `The generator kept up${result.void ? `: ${result.void}` : ""}`,
      value: result.lag.share * 100,
      unit: "% late",
      limit: 1,
    }),
    { ...goodputLost(result, capacity), injection },
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
  return { capacity, claims };
}

function goodputLost(result: LoadReport, capacity: number): Claim {
  return claim({
    id: "overload.goodput-lost",
    claim: `Of a capacity of ${Math.round(capacity)} requests a second (the database ${away} ms away), ${Math.round(goodput(result))} are served`,
    value: Math.max(0, 1 - goodput(result) / capacity) * 100,
    unit: "%",
    limit: 10,
  });
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
