import { Netmask, ip2long, long2ip } from "netmask";

/**
 * The zones that database and cache live in: the first three. A DB cluster takes three and no more
 * (RDS API Reference, CreateDBCluster: "Can't specify more than three AZs"), and is replaced when
 * they change. A zone that is added behind them moves neither.
 */
export function dataZones(zones: string[]): string[] {
  return zones.slice(0, 3);
}

/** The three subnets of one availability zone, in CIDR form. */
export interface ZoneAddresses {
  /** Nodes and pods: half of the zone's block. */
  private: string;
  /** Load balancer and NAT gateway: an eighth. */
  public: string;
  /** Database and cache, without a route to the internet: an eighth. */
  database: string;
}

/**
 * The subnets of a zone within a VPC of prefix /16 to /20.
 *
 * The VPC is cut into eight equal blocks, and a zone's block follows from the letter that ends
 * its name: a to h. So neither a zone that is added nor the order of a list renumbers a subnet.
 * The remaining quarter of each block stays free.
 */
export function zoneAddresses(vpcCidr: string, zone: string): ZoneAddresses {
  const vpc = new Netmask(vpcCidr);
  const slot = zone.charCodeAt(zone.length - 1) - "a".charCodeAt(0);
  if (slot < 0 || slot > 7) throw new Error(`zone ${zone} must end in a letter from a to h`);
  const blockSize = vpc.size / 8;
  const block = ip2long(vpc.base) + slot * blockSize;
  const subnet = (eighths: number, prefix: number) =>
    `${long2ip(block + (eighths * blockSize) / 8)}/${prefix}`;
  return {
    private: subnet(0, vpc.bitmask + 4),
    public: subnet(4, vpc.bitmask + 6),
    database: subnet(5, vpc.bitmask + 6),
  };
}
