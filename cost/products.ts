/** A product of AWS's price list: its service code, and attributes by which there is only one. */
export interface Product {
  service: string;
  attributes: Record<string, string>;
}

/** How usage types of a Region begin, where it has no other name of its own (AWS bills). */
const prefixes: Record<string, string> = { "eu-central-1": "EUC1", "eu-west-1": "EU" };

/** Names of volumes in the usage types of RDS: `RDS:Multi-AZ-GP3-Storage`. */
const volumes: Record<string, string> = { gp3: "GP3", io1: "PIOPS" };

/** How RDS's usage types name a deployment: of a server, and of its storage. */
const deployments: Record<string, [server: string, storage: string]> = {
  "single-az": ["InstanceUsage", ""],
  "multi-az": ["Multi-AZUsage", "Multi-AZ-"],
  "multi-az-cluster": ["Multi-AZClusterUsage", "Multi-AZCluster-"],
};

/**
 * Products by the keys of `cost/prices.json`, of which the groups of a pattern are handed over. Usage types as public
 * cost reports and price tools spell them; those of Multi-AZ clusters' `PIOPS` and of what leaves
 * eu-central-1 for another Region follow from their neighbours: AWS answers with nothing where they are wrong.
 */
const products: [
  key: RegExp,
  product: (usage: Usage, groups: string[], region: string) => Product,
][] = [
  [/^eks\.cluster$/, (usage) => usage("AmazonEKS", "AmazonEKS-Hours:perCluster")],
  [/^eks\.auto-mode$/, (usage) => usage("AmazonEKS", "EKS-Auto:m7i.large-management-hours")],
  [
    /^ec2\.(.+)$/,
    (usage, [type]) =>
      usage("AmazonEC2", `BoxUsage:${type}`, { operatingSystem: "Linux", preInstalledSw: "NA" }),
  ],
  [/^ebs\.gp3$/, (usage) => usage("AmazonEC2", "EBS:VolumeUsage.gp3")],
  [
    /^rds\.([a-z-]+)\.(db\..+)$/,
    (usage, [deployment, type]) => usage("AmazonRDS", `${of(deployment)[0]}:${type}`, postgres),
  ],
  [
    /^rds\.([a-z-]+)\.storage\.(\w+)$/,
    (usage, [deployment, volume]) =>
      usage("AmazonRDS", `RDS:${of(deployment)[1]}${volumes[volume!]}-Storage`, postgres),
  ],
  [
    /^rds\.([a-z-]+)\.iops$/,
    (usage, [deployment]) => usage("AmazonRDS", `RDS:${of(deployment)[1]}PIOPS`, postgres),
  ],
  [
    /^elasticache\.valkey\.(.+)$/,
    (usage, [type]) => usage("AmazonElastiCache", `NodeUsage:${type}`, { cacheEngine: "Valkey" }),
  ],
  [/^vpc\.nat-gateway$/, (usage) => usage("AmazonEC2", "NatGateway-Hours")],
  [/^vpc\.public-ipv4$/, (usage) => usage("AmazonVPC", "PublicIPv4:InUseAddress")],
  [
    /^elb\.application$/,
    (usage) => usage("AWSELB", "LoadBalancerUsage", { operation: "LoadBalancing:Application" }),
  ],
  [/^kms\.key$/, (_usage, _groups, region) => product("awskms", `${region}-KMS-Keys`)],
  [/^secretsmanager\.secret$/, (usage) => usage("AWSSecretsManager", "AWSSecretsManager-Secrets")],
  [/^cloudwatch\.alarm$/, (usage) => usage("AmazonCloudWatch", "CW:AlarmMonitorUsage")],
  [/^route53\.health-check-option$/, () => product("AmazonRoute53", "Health-Check-Option-AWS")],
  [/^s3\.standard$/, (usage) => usage("AmazonS3", "TimedStorage-ByteHrs")],
  [/^s3\.standard-copy$/, () => product("AmazonS3", "EU-TimedStorage-ByteHrs")],
  [/^s3\.transfer$/, (usage) => usage("AWSDataTransfer", "EU-AWS-Out-Bytes")],
  [/^s3\.replication-time-control$/, (usage) => usage("AmazonS3", "S3RTC-Out-Bytes")],
];

/** A product by its usage type, to which the Region's prefix is put. */
type Usage = (service: string, type: string, more?: Record<string, string>) => Product;

const postgres = { databaseEngine: "PostgreSQL" };

const of = (deployment: string | undefined) => deployments[deployment!] ?? ["", ""];

function product(service: string, usagetype: string, more: Record<string, string> = {}): Product {
  return { service, attributes: { usagetype, ...more } };
}

/** The product whose price a key holds; undefined for a key, or a Region, that is not known here. */
export function productOf(key: string, region: string): Product | undefined {
  const prefix = prefixes[region];
  const [pattern, make] = products.find(([known]) => known.test(key)) ?? [];
  if (!prefix || !pattern || !make) return undefined;
  const usage: Usage = (service, type, more) => product(service, `${prefix}-${type}`, more);
  const [, ...groups] = pattern.exec(key)!;
  return make(usage, groups, region);
}
