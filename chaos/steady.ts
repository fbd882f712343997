import type { Bed } from "./bed";
import { requests } from "./requests";
import { untilAll } from "./state";
import { Load } from "./traffic/load/load";

/** Seconds in which an earlier fault's traces have to be gone. */
const settling = 120;
/** Requests in a row of which none may fail, half of a drill's load, and how often that is tried. */
const [inARow, rate, tries] = [180, 60, 20];

/**
 * Waits for a steady state: all replicas serve, the load balancer knows it, every backend is whole, and
 * users notice nothing. A node that is back has new poolers, whose first connections take their time.
 *
 * @throws Error when it does not come
 */
export async function steady(bed: Bed): Promise<void> {
  const { workloads } = bed.platform;
  await workloads.until(() => workloads.unsteady(), settling);
  await bed.edge.healthy(3);
  await untilAll(bed, "normal", settling);
  for (let tried = 1; (await failures(bed)) > 0; tried++)
    if (tried === tries)
      throw new Error(`requests fail after ${tries} tries with nothing injected`);
}

/** How many of some requests fail, each on a connection of its own. */
async function failures({ edge, tenant }: Bed): Promise<number> {
  const url = edge.balancer.url;
  const load = await Load.start({ url, rate, connections: "new", kinds: requests(tenant) });
  await load.after(inARow);
  return (await load.stop()).total.failed;
}
