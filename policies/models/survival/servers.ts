import { databaseCluster, databaseInstance, isReplica } from "../../model/database";
import { at, list, numberAt, type Resource, type Stack } from "../../model/resource";
import { evenly, subnetsBehind, theOneBehind, zonesIn, type Group } from "./group";

const cacheType = "aws:elasticache/replicationGroup:ReplicationGroup";
const databaseSubnets = "aws:rds/subnetGroup:SubnetGroup";
const cacheSubnets = "aws:elasticache/subnetGroup:SubnetGroup";

/** Servers of a database: those of a Multi-AZ cluster, an instance with its standby, or a replica. */
export interface Servers extends Group {
  kind: "cluster" | "instance" | "replica";
}

/** AWS makes a writer and two readable standbys of a Multi-AZ DB cluster. */
const ofCluster = 3;

/** Every database of the stack, by what keeps it up. */
export function databases(stack: Stack): Servers[] {
  return stack.ofType(databaseCluster, databaseInstance).map((database) => {
    const group = theOneBehind(database, "dbSubnetGroupName", databaseSubnets, stack);
    const subnets = group ? subnetsBehind(group, "subnetIds", stack) : [];
    if (database.type === databaseCluster) return cluster(database, subnets);
    return isReplica(database) ? replica(database, subnets) : instance(database, subnets);
  });
}

/** Its members stand in the zones that it names, as far as its subnets reach there. */
function cluster(database: Resource, subnets: Resource[]): Servers {
  const named = list(database.properties, "availabilityZones");
  const zones = zonesIn(subnets).filter((zone) => named.includes(zone));
  const made = typeof database.properties.dbClusterInstanceClass === "string" ? ofCluster : 0;
  return { ...evenly(database, made, zones, subnets), kind: "cluster" };
}

/** With a standby in another zone; which of the two zones it serves from is open. */
function instance(database: Resource, subnets: Resource[]): Servers {
  const count = database.properties.multiAz === true ? 2 : 1;
  const group = evenly(database, count, zonesIn(subnets), subnets);
  return { ...group, kind: "instance" };
}

function replica(database: Resource, subnets: Resource[]): Servers {
  const named = database.properties.availabilityZone;
  const zones = zonesIn(subnets).filter((zone) => named === undefined || zone === named);
  return { ...evenly(database, 1, zones, subnets), kind: "replica" };
}

/** Nodes of every cache: one in each zone that it prefers, else evenly where its subnets are. */
export function caches(stack: Stack): Group[] {
  return stack.ofType(cacheType).map((cache) => {
    const group = theOneBehind(cache, "subnetGroupName", cacheSubnets, stack);
    const subnets = group ? subnetsBehind(group, "subnetIds", stack) : [];
    const count = numberAt(cache.properties, "numCacheClusters") || 0;
    const preferred = at(cache.properties, "preferredCacheClusterAzs");
    const reached = zonesIn(subnets);
    if (preferred === undefined) return evenly(cache, count, reached, subnets);
    const inZone = new Map<string, number>();
    for (const zone of list(preferred))
      if (typeof zone === "string" && reached.includes(zone))
        inZone.set(zone, (inZone.get(zone) ?? 0) + 1);
    const standing = [...inZone.values()].reduce((sum, nodes) => sum + nodes, 0);
    return {
      resource: cache,
      count: Math.min(count, standing),
      inZone,
      onHost: 0,
      subnets: new Set(subnets),
    };
  });
}
