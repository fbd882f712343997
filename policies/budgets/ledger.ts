import { databaseCluster, replicasOf } from "../model/database";
import { poolers } from "../model/pooler";
import { at, list, type Resource, type Stack } from "../model/resource";
import type { Settings } from "../model/settings";
import { writers } from "./failover";

const cacheType = "aws:elasticache/replicationGroup:ReplicationGroup";

/** Minutes of a month of 30 days. */
const month = 30 * 24 * 60;

/** What each tier promises, percent of a month. */
export const promised = { starter: 99, pro: 99.5, enterprise: 99.9 };

/** AWS's committed monthly uptime of a service, percent: spread over zones, and otherwise. */
export interface Service {
  service: string;
  redundant: number;
  single: number;
  source: string;
  /** How sure the figures are. */
  read: string;
  /** Resources by which a stack uses it. */
  resources(stack: Stack): Resource[];
  /** Whether such a resource is spread over zones. */
  isRedundant(resource: Resource): boolean;
}

/** Every AWS service between a user and the data. */
export const committed: Service[] = [
  {
    service: "Route 53",
    redundant: 100,
    single: 100,
    source: "https://aws.amazon.com/route53/sla/",
    read: "repeated by others; AWS's page to be checked",
    resources: (stack) => stack.ofType("aws:route53/record:Record"),
    isRedundant: () => true,
  },
  {
    service: "Elastic Load Balancing",
    redundant: 99.99,
    single: 99.9,
    source: "https://aws.amazon.com/elasticloadbalancing/sla/",
    read: "as of 25 July 2022",
    resources: (stack) => stack.ofType("aws:lb/loadBalancer:LoadBalancer"),
    isRedundant: ({ properties }) => list(properties, "subnets").length >= 2,
  },
  {
    service: "EC2",
    redundant: 99.99,
    single: 99.5,
    source: "https://aws.amazon.com/compute/sla/",
    read: "as of 5 May 2022, from AWS's prior versions; today's to be checked",
    resources: (stack) => stack.ofType("kubernetes:karpenter.sh/v1:NodePool"),
    isRedundant: (pool) => nodeZones(pool).length >= 2,
  },
  {
    service: "EKS",
    redundant: 99.95,
    single: 99.95,
    source: "https://aws.amazon.com/eks/sla/",
    read: "as of 4 May 2022, the standard control plane",
    resources: (stack) => stack.ofType("eks:index:Cluster"),
    isRedundant: () => true,
  },
  {
    service: "RDS",
    redundant: 99.95,
    single: 99.5,
    source: "https://aws.amazon.com/rds/sla/",
    read: "as of 22 January 2024; a Multi-AZ DB cluster and instance alike",
    resources: writers,
    isRedundant: ({ type, properties }) => type === databaseCluster || properties.multiAz === true,
  },
  {
    service: "ElastiCache",
    redundant: 99.99,
    single: 99.5,
    source: "https://aws.amazon.com/elasticache/sla/",
    read: "from AWS's announcement of 2023; its page to be checked",
    resources: (stack) => stack.ofType(cacheType),
    isRedundant: isMultiAz,
  },
];

/** What AWS commits to for one service, as this stack uses it, percent. */
export interface Commitment {
  service: string;
  percent: number;
}

/** AWS's commitments multiplied, against the tier. */
export interface Ledger {
  commitments: Commitment[];
  percent: number;
  /** Minutes a month that AWS's commitments leave open. */
  minutes: number;
  /** Minutes a month that the tier allows. */
  allowed: number;
  /** What keeps part of the service up while one of them is down. */
  bridges: string[];
}

/** The committed SLA of every AWS service between a user and the data. */
export function availabilityLedger(stack: Stack, { tier }: Settings): Ledger {
  const commitments = committed
    .map(({ service, redundant, single, resources, isRedundant }) => {
      const found = resources(stack);
      const percent = found.every(isRedundant) ? redundant : single;
      return { service, percent, used: found.length > 0 };
    })
    .filter(({ used }) => used);
  const percent = 100 * commitments.reduce((product, { percent }) => product * (percent / 100), 1);
  return {
    commitments,
    percent,
    minutes: open(percent),
    allowed: open(promised[tier]),
    bridges: bridges(stack),
  };
}

function open(percent: number): number {
  return (1 - percent / 100) * month;
}

function isMultiAz({ properties }: Resource): boolean {
  return properties.multiAzEnabled === true;
}

/** Zones in which a node pool may start nodes. */
export function nodeZones(pool: Resource): unknown[] {
  const requirement = list(pool.properties, "spec.template.spec.requirements").find(
    (entry) => at(entry, "key") === "topology.kubernetes.io/zone" && at(entry, "operator") === "In",
  );
  return list(requirement, "values");
}

function bridges(stack: Stack): string[] {
  const readable = writers(stack).every(
    (writer) => writer.type === databaseCluster || replicasOf(writer, stack).length > 0,
  );
  const [first, ...others] = poolers(stack).flatMap(({ databases }) => databases);
  const readOnly = others.find(({ host }) => host !== first?.host);
  const answers = stack.ofType(cacheType).some(isMultiAz);
  return [
    ...(readable && readOnly
      ? [`degraded read-only mode (pool ${readOnly.name}, on the replicas)`]
      : []),
    ...(answers ? ["cached answers (Multi-AZ cache)"] : []),
  ];
}

/** The ledger as the preview prints it. */
export function describeLedger(ledger: Ledger): string {
  const { commitments, percent, minutes, allowed, bridges } = ledger;
  const factors = commitments.map(({ service, percent }) => `${service} ${percent} %`).join(" × ");
  const verdict =
    minutes <= allowed
      ? "within it"
      : `${(minutes - allowed).toFixed(1)} min more than AWS promises to keep; bridged by ${bridges.join(" and ") || "nothing"}`;
  return (
    `availability ledger: ${factors} = ${percent.toFixed(3)} %, ` +
    `${minutes.toFixed(1)} min a month open; the tier allows ${allowed.toFixed(1)}: ${verdict}`
  );
}
