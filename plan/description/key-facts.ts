import type { Plan, PlannedResource } from "../plan";

/** What a reviewer asks first, read from the plan's resources alone. */
export function keyFacts(plan: Plan): Record<string, string> {
  const all = (type: string) => plan.resources.filter((resource) => resource.type === type);
  const one = (type: string) => all(type)[0];
  const zones = new Set(
    all("aws:ec2/subnet:Subnet").map((subnet) => String(subnet.inputs.availabilityZone)),
  );
  const cache = one("aws:elasticache/replicationGroup:ReplicationGroup")?.inputs;
  const lock = one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration");
  const cluster = one("eks:index:Cluster")?.inputs;
  return {
    zones: [...zones].sort().join(", "),
    egress: `${all("aws:ec2/natGateway:NatGateway").length} NAT gateway(s)`,
    database: database(all("aws:rds/cluster:Cluster")[0], all("aws:rds/instance:Instance")),
    cache: `${text(cache?.engine)} ${text(cache?.engineVersion)}, ${text(cache?.numCacheClusters)} nodes, automatic failover`,
    backups: `locked for ${text(lock?.inputs.rule, "defaultRetention", "days")} days, ${copied(plan)}`,
    cluster: `Kubernetes ${text(cluster?.version)}, Auto Mode, public endpoint ${publicEndpoint(cluster)}`,
    replicas: all("kubernetes:helm.sh/v3:Release").flatMap(releaseReplicas).join(", "),
    serves: text(plan.outputs.url),
  };
}

function copied({ outputs }: Plan): string {
  const { recovery } = (outputs.regions ?? {}) as { recovery?: string };
  return recovery === undefined ? "copied nowhere" : `copied to ${recovery}`;
}

function database(cluster: PlannedResource | undefined, instances: PlannedResource[]): string {
  const source = cluster ?? instances.find(({ inputs }) => inputs.multiAz === true);
  const retention = `point-in-time recovery ${text(source?.inputs.backupRetentionPeriod)} days`;
  if (cluster)
    return `PostgreSQL ${text(cluster.inputs.engineVersion)}, Multi-AZ DB cluster, 3 × ${text(cluster.inputs.dbClusterInstanceClass)}, ${retention}`;
  const replicas = instances.filter(({ inputs }) => inputs.replicateSourceDb !== undefined);
  return `PostgreSQL ${text(source?.inputs.engineVersion)}, Multi-AZ instance ${text(source?.inputs.instanceClass)}, ${replicas.length} read replica(s), ${retention}`;
}

function publicEndpoint(cluster: Record<string, unknown> | undefined): string {
  if (cluster?.endpointPublicAccess !== true) return "off";
  return `for ${(cluster.publicAccessCidrs as string[]).join(", ")}`;
}

/** `mini-xdr backend 3–12`, as far as a release's values say it. */
function releaseReplicas({ inputs }: PlannedResource): string[] {
  const values = (inputs.values ?? {}) as Record<string, Record<string, unknown>>;
  if (typeof values.replicas === "number") return [`${text(inputs.name)} ${values.replicas}`];
  return ["backend", "frontend"]
    .filter((service) => values[service]?.autoscaling)
    .map((service) => {
      const { minReplicas, maxReplicas } = values[service]!.autoscaling as Record<string, number>;
      return `${service} ${minReplicas}–${maxReplicas}`;
    });
}

function text(value: unknown, ...path: string[]): string {
  const found = path.reduce<unknown>(
    (v, key) => (v as Record<string, unknown> | undefined)?.[key],
    value,
  );
  return found === undefined ? "?" : String(found);
}
