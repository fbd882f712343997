// The load balancer's own process; `load-balancer.ts` starts it.
import { serve } from "../side-process";
import { Balancer, type BalancerConfig } from "./balancer";
import type { TargetChange } from "./target-group";

serve<BalancerConfig, TargetChange>(async (config, tell) => {
  const balancer = await Balancer.start(config, tell);
  return {
    port: () => balancer.port,
    register: (group: string, ip: string, port: number) => balancer.group(group).register(ip, port),
    deregister: (group: string, ip: string, port: number) =>
      balancer.group(group).deregister(ip, port),
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    close: () => balancer.close(),
  };
});
