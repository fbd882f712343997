import { Netmask } from "netmask";
import type { Plan } from "../../plan/plan";

/**
 * An address in each of a plan's subnets of one kind, in the order of their zones.
 *
 * @param kind `public`, `private` or `database`
 * @param host the address's number in its subnet
 */
export function addressesIn(plan: Plan, kind: string, host: number): string[] {
  return plan.resources
    .filter(({ type, name }) => type === "aws:ec2/subnet:Subnet" && name.includes(`-${kind}-`))
    .map(({ inputs }) => inputs as { availabilityZone: string; cidrBlock: string })
    .sort((a, b) => a.availabilityZone.localeCompare(b.availabilityZone))
    .map(({ cidrBlock }) => nth(new Netmask(cidrBlock), host));
}

function nth(subnet: Netmask, host: number): string {
  const number = subnet.netLong + host;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}
