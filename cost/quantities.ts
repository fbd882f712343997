import { at, list, numberAt, type Resource, type Stack } from "../policies/model/resource";
import { amount } from "../policies/model/quantity";
import { databaseInstance } from "../policies/model/database";
import { operated } from "../policies/model/kubernetes";
import { processorsAtRest } from "../preflight/processors";

/** Hours of a month, as AWS's own calculator counts them. */
export const hours = 730;

/** A row of a stack's bill: what is paid by its being there, whatever passes through it. */
export interface Quantity {
  what: string;
  /** Its key in the table of prices. */
  price: string;
  /** Units a month. */
  units: number;
}

/** A node of 2 processors; Auto Mode chooses among c, m and r. */
const node = { processors: 2, type: "m7i.large" };
/** Auto Mode's default of a node's ephemeral storage, GiB (Amazon EKS User Guide, Create a Node Class). */
const nodeDisk = 80;

/** What a plan's resources take, month by month. Everything comes from the plan. */
export function quantitiesOf(stack: Stack, zones: number): Quantity[] {
  const count = (type: string) => stack.ofType(type).length;
  const nodes = processorsAtRest(stack, zones) / node.processors;
  const disks = volumesGb(stack) + nodes * nodeDisk;
  const addresses = count("aws:ec2/eip:Eip") + count("aws:lb/loadBalancer:LoadBalancer") * zones;
  return [
    hourly("EKS control plane", "eks.cluster", count("eks:index:Cluster")),
    hourly(`nodes, as ${node.type}`, `ec2.${node.type}`, nodes),
    hourly("Auto Mode's share of each node", "eks.auto-mode", nodes),
    {
      what: "disks of nodes and of Prometheus and Alertmanager, GB",
      price: "ebs.gp3",
      units: disks,
    },
    ...stack.ofType("aws:rds/cluster:Cluster").flatMap(databaseCluster),
    ...stack.ofType(databaseInstance).flatMap((instance) => server(instance, stack)),
    ...stack.ofType("aws:elasticache/replicationGroup:ReplicationGroup").map(cache),
    hourly("NAT gateways", "vpc.nat-gateway", count("aws:ec2/natGateway:NatGateway")),
    hourly("public addresses of gateways and load balancer", "vpc.public-ipv4", addresses),
    hourly("load balancer", "elb.application", count("aws:lb/loadBalancer:LoadBalancer")),
    {
      what: "keys, before their yearly rotations",
      price: "kms.key",
      units: count("aws:kms/key:Key"),
    },
    { what: "secrets and their copies", price: "secretsmanager.secret", units: secrets(stack) },
    {
      what: "alarms",
      price: "cloudwatch.alarm",
      units: count("aws:cloudwatch/metricAlarm:MetricAlarm"),
    },
    {
      what: "options of the probe from outside",
      price: "route53.health-check-option",
      units: probeOptions(stack),
    },
  ];
}

function hourly(what: string, price: string, number: number): Quantity {
  return { what: `${what} × ${number}`, price, units: number * hours };
}

/** Priced as a whole: the writer and its two readable standbys. */
function databaseCluster({ properties }: Resource): Quantity[] {
  const deployment = "rds.multi-az-cluster";
  const type = String(properties.dbClusterInstanceClass);
  const iops = numberAt(properties, "iops");
  return [
    hourly(`database, Multi-AZ DB cluster of ${type}`, `${deployment}.${type}`, 1),
    storage("database", deployment, properties),
    ...(iops > 0 ? [{ what: "database's IOPS", price: `${deployment}.iops`, units: iops }] : []),
  ];
}

function server(instance: Resource, stack: Stack): Quantity[] {
  const { name, properties } = instance;
  const deployment = properties.multiAz === true ? "rds.multi-az" : "rds.single-az";
  const type = String(properties.instanceClass);
  // A replica has as much as what it follows.
  const [source = instance] = stack.behind(instance, "replicateSourceDb", databaseInstance);
  return [
    hourly(`${name}, ${type}`, `${deployment}.${type}`, 1),
    storage(name, deployment, source.properties),
  ];
}

function storage(name: string, deployment: string, properties: unknown): Quantity {
  const units = numberAt(properties, "allocatedStorage") || 0;
  const type = String(at(properties, "storageType"));
  return { what: `${name}'s storage, GB`, price: `${deployment}.storage.${type}`, units };
}

function cache({ properties }: Resource): Quantity {
  const type = String(properties.nodeType);
  const nodes = numberAt(properties, "numCacheClusters");
  return hourly(`cache, nodes of ${type}`, `elasticache.valkey.${type}`, nodes);
}

/** What is paid for a probe of an AWS endpoint: TLS, ten seconds instead of thirty, its latency. */
function probeOptions(stack: Stack): number {
  return stack
    .ofType("aws:route53/healthCheck:HealthCheck")
    .flatMap(({ properties }) => [
      String(properties.type).startsWith("HTTPS"),
      properties.requestInterval === 10,
      properties.measureLatency === true,
    ])
    .filter(Boolean).length;
}

function secrets(stack: Stack): number {
  return stack
    .ofType("aws:secretsmanager/secret:Secret")
    .reduce((total, { properties }) => total + 1 + list(properties, "replicas").length, 0);
}

/** Volumes that pods claim, GB: one for each replica. */
function volumesGb(stack: Stack): number {
  const path = "spec.storage.volumeClaimTemplate.spec.resources.requests.storage";
  return stack.ofType(...operated).reduce((total, { properties }) => {
    const each = amount(at(properties, path)) / 2 ** 30;
    return total + (each || 0) * (numberAt(properties, "spec.replicas") || 1);
  }, 0);
}
