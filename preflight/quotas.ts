import type { Stack } from "../policies/model/resource";
import type { Check, Finding } from "./check";
import { isOwn, type Needs } from "./needs";
import { processorsOf } from "./processors";
import { Refused, type Ask } from "./question";

interface Tag {
  Key?: string;
  Value?: string;
}

/** A listed resource; RDS calls its tags otherwise. */
interface Listed {
  Tags?: Tag[];
  TagList?: Tag[];
}

/** A quota of the stack's Region: AWS's service and code, what is needed, what others have taken. */
interface Quota {
  id: string;
  service: string;
  code: string;
  /** As Service Quotas calls it. */
  name: string;
  unit: string;
  need(needs: Needs): number;
  /** Taken by what is not the stack's own. */
  taken(ask: Ask, needs: Needs): Promise<number>;
}

/** Codes and names: AWS General Reference, the endpoints and quotas of EC2, VPC and RDS. */
const quotas: Quota[] = [
  {
    id: "processors",
    service: "ec2",
    code: "L-1216C47A",
    name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    unit: "vCPUs",
    need: ({ stack, zones }) => processorsOf(stack, zones.length),
    taken: otherProcessors,
  },
  {
    id: "addresses",
    service: "ec2",
    code: "L-0263D0A3",
    name: "EC2-VPC Elastic IPs",
    unit: "addresses",
    need: ({ stack }) => count(stack, "aws:ec2/eip:Eip"),
    taken: others("ec2", "describe-addresses", "Addresses"),
  },
  {
    id: "networks",
    service: "vpc",
    code: "L-F678F1CE",
    name: "VPCs per Region",
    unit: "VPCs",
    need: ({ stack }) => count(stack, "aws:ec2/vpc:Vpc"),
    taken: others("ec2", "describe-vpcs", "Vpcs"),
  },
  {
    id: "databases",
    service: "rds",
    code: "L-7B6409FD",
    name: "DB instances",
    unit: "instances",
    // The writer of a Multi-AZ DB cluster and its two standbys are instances as well.
    need: ({ stack }) =>
      count(stack, "aws:rds/instance:Instance") + 3 * count(stack, "aws:rds/cluster:Cluster"),
    taken: others("rds", "describe-db-instances", "DBInstances"),
  },
  {
    id: "database-clusters",
    service: "rds",
    code: "L-952B80B8",
    name: "DB clusters",
    unit: "clusters",
    need: ({ stack }) => count(stack, "aws:rds/cluster:Cluster"),
    taken: others("rds", "describe-db-clusters", "DBClusters"),
  },
];

/** Whether the account's quotas hold what the plan may take. A new account has 5 vCPUs. */
export function quotaChecks(needs: Needs): Check[] {
  return quotas
    .filter((quota) => quota.need(needs) > 0)
    .map((quota) => ({
      id: `quota.${quota.id}`,
      claim: `${quota.name} of ${needs.region}: what the plan may take, and others have, fits`,
      find: (ask) => held(quota, needs, ask),
    }));
}

async function held(quota: Quota, needs: Needs, ask: Ask): Promise<Finding> {
  const [limit, taken] = await Promise.all([valueOf(quota, ask), quota.taken(ask, needs)]);
  const need = quota.need(needs);
  const value = need + taken;
  const problem = `quota ${quota.code} (${quota.name}) of ${needs.region}: ${limit}; the plan may take ${need} and others have ${taken}; ask for more: aws service-quotas request-service-quota-increase --region ${needs.region} --service-code ${quota.service} --quota-code ${quota.code} --desired-value ${value}`;
  return {
    problems: value > limit ? [problem] : [],
    counted: { value, unit: quota.unit, limit },
  };
}

/** The account's own value, or AWS's default where it has none. */
async function valueOf({ service, code }: Quota, ask: Ask): Promise<number> {
  const value = async (operation: string) => {
    const input = { ServiceCode: service, QuotaCode: code };
    const answer = await ask<{ Quota: { Value: number } }>({
      service: "service-quotas",
      operation,
      input,
    });
    return answer.Quota.Value;
  };
  return value("get-service-quota").catch((error: unknown) => {
    if (error instanceof Refused && error.code === "NoSuchResourceException")
      return value("get-aws-default-service-quota");
    throw error;
  });
}

/** Counts what an operation lists under a name and the stack does not own. */
function others(service: string, operation: string, name: string): Quota["taken"] {
  return async (ask, needs) => {
    const answer = await ask<Record<string, Listed[] | undefined>>({ service, operation });
    const listed = answer[name] ?? [];
    return listed.filter(({ Tags, TagList }) => !isOwn(Tags ?? TagList, needs)).length;
  };
}

interface Instance extends Listed {
  InstanceType: string;
  InstanceLifecycle?: string;
  CpuOptions?: { CoreCount: number; ThreadsPerCore: number };
}

/** Families that the quota counts, by their first letter. */
const standard = /^([acdhimrtz]|i[ms])\d/;

/** vCPUs of on-demand instances that are not nodes of the stack's cluster, which Auto Mode tags. */
async function otherProcessors(ask: Ask, { clusterName }: Needs): Promise<number> {
  const { Reservations } = await ask<{ Reservations: { Instances: Instance[] }[] }>({
    service: "ec2",
    operation: "describe-instances",
    input: { Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }] },
  });
  return Reservations.flatMap(({ Instances }) => Instances)
    .filter(
      ({ InstanceType, InstanceLifecycle }) => standard.test(InstanceType) && !InstanceLifecycle,
    )
    .filter(
      ({ Tags }) =>
        !Tags?.some(({ Key, Value }) => Key === "eks:eks-cluster-name" && Value === clusterName),
    )
    .reduce(
      (total, { CpuOptions }) =>
        total + (CpuOptions?.CoreCount ?? 1) * (CpuOptions?.ThreadsPerCore ?? 1),
      0,
    );
}

function count(stack: Stack, type: string): number {
  return stack.ofType(type).length;
}
