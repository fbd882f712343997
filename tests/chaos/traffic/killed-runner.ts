// Starts both side processes, which share its output, and dies as no handler can see.
import { LoadBalancer } from "../../../chaos/traffic/load-balancer/load-balancer";
import { Load } from "../../../chaos/traffic/load/load";
import { balancerConfig } from "./support";

async function main(): Promise<void> {
  const { url } = await LoadBalancer.start(balancerConfig({}));
  const kind = { name: "read", weight: 1, method: "GET", path: "/", timeout: 1000 };
  const load = await Load.start({ url, rate: 100, connections: "new", kinds: [kind] });
  await load.after(10);
  console.log("they run");
  process.kill(process.pid, "SIGKILL");
}

void main();
