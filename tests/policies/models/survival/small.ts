import type { Properties, Resource } from "../../../../policies/model/resource";
import { made as plain } from "../small";

/** What a small stack is like. */
export interface Small {
  zones: string[];
  /** Pods of each workload. */
  replicas: number;
  /** What each disruption budget says. */
  budget: Properties;
  database: "cluster" | "instance";
  cacheNodes: number;
}

export const three: Small = {
  zones: ["a", "b", "c"],
  replicas: 3,
  budget: { maxUnavailable: 1 },
  database: "cluster",
  cacheNodes: 3,
};

const urn = (name: string) => `urn:pulumi:small::small::x::${name}`;

/** A resource as a plan has it; ids are what determines them. */
export function made(
  type: string,
  name: string,
  properties: Properties,
  behind: Record<string, string | string[]> = {},
): Resource {
  const ids = Object.fromEntries(
    Object.entries(behind).map(([property, names]) => [
      property,
      Array.isArray(names) ? names.map((each) => `id-${each}`) : `id-${names}`,
    ]),
  );
  return plain(
    type,
    name,
    { ...ids, ...properties },
    {},
    {
      urn: urn(name),
      protect: false,
      propertyDependencies: Object.fromEntries(
        Object.entries(behind).map(([property, names]) => [property, [names].flat().map(urn)]),
      ),
    },
  );
}

/** An object that a release deploys. */
export function deployed(
  type: string,
  namespace: string,
  name: string,
  properties: Properties,
): Resource {
  return {
    ...made(`kubernetes:${type}`, `${namespace}/${name}`, { metadata: { name }, ...properties }),
    urn: urn(`${namespace}-release`),
    release: urn(`${namespace}-release`),
  };
}

/** A stack whose every path is doubled: the least that the model of survival asks for. */
export function small(options: Small): Resource[] {
  return [
    made("pulumi:pulumi:Stack", "small", {}),
    ...network(options.zones),
    ...edge(options.zones),
    ...stored(options),
    ...nodes(options.zones),
    ...serving(options, "app", "page", 8080),
    ...serving(options, "app", "api", 8000),
    ...serving(options, "pool", "pooler", 6432),
    deployed("core/v1:ConfigMap", "pool", "pooler", {
      data: { "pgbouncer.ini": "[databases]\nx = host=writer\n[pgbouncer]\nlisten_port = 6432\n" },
    }),
  ];
}

const tiers = ["public", "private", "database"];

/** Addresses of a subnet. */
export function range(tier: string, zone: string): string {
  return `10.${tiers.indexOf(tier)}.${zone.charCodeAt(0)}.0/24`;
}

function network(zones: string[]): Resource[] {
  const route = (table: string, property: string, gateway: string) =>
    made(
      "aws:ec2/route:Route",
      `route-${table}`,
      { destinationCidrBlock: "0.0.0.0/0" },
      { routeTableId: `table-${table}`, [property]: gateway },
    );
  const table = (name: string) => made("aws:ec2/routeTable:RouteTable", `table-${name}`, {});
  const joined = (subnet: string, to: string) =>
    made(
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
      `joined-${subnet}`,
      {},
      { subnetId: subnet, routeTableId: `table-${to}` },
    );
  return [
    made("aws:ec2/internetGateway:InternetGateway", "internet", {}),
    table("public"),
    table("database"),
    route("public", "gatewayId", "internet"),
    ...zones.flatMap((zone) => [
      ...tiers.map((tier) =>
        made("aws:ec2/subnet:Subnet", `${tier}-${zone}`, {
          availabilityZone: zone,
          cidrBlock: range(tier, zone),
        }),
      ),
      table(`private-${zone}`),
      joined(`public-${zone}`, "public"),
      joined(`private-${zone}`, `private-${zone}`),
      joined(`database-${zone}`, "database"),
      route(`private-${zone}`, "natGatewayId", `nat-${zone}`),
      made("aws:ec2/natGateway:NatGateway", `nat-${zone}`, {}, { subnetId: `public-${zone}` }),
    ]),
  ];
}

/** A rule of a security group: who is let in, or out, on a port. */
function opening(
  direction: "Ingress" | "Egress",
  name: string,
  group: string,
  other: string | undefined,
  port: number,
): Resource {
  return made(
    `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`,
    name,
    {
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      ...(other ? {} : { cidrIpv4: "0.0.0.0/0" }),
    },
    { securityGroupId: group, ...(other ? { referencedSecurityGroupId: other } : {}) },
  );
}

function edge(zones: string[]): Resource[] {
  const forward = [{ type: "forward", targetGroupArn: "some" }];
  return [
    made("aws:ec2/securityGroup:SecurityGroup", "edge", {}),
    opening("Ingress", "users", "edge", undefined, 443),
    made(
      "aws:lb/loadBalancer:LoadBalancer",
      "balancer",
      {},
      { subnets: zones.map((zone) => `public-${zone}`), securityGroups: ["edge"] },
    ),
    made("aws:route53/record:Record", "record", { aliases: [{}] }, { aliases: "balancer" }),
    made(
      "aws:lb/listener:Listener",
      "listener",
      { protocol: "HTTPS", port: 443, defaultActions: forward },
      { loadBalancerArn: "balancer", defaultActions: "page-targets" },
    ),
    made(
      "aws:lb/listenerRule:ListenerRule",
      "rule",
      { actions: forward },
      { listenerArn: "listener", actions: "api-targets" },
    ),
    ...[
      ["page", 8080],
      ["api", 8000],
    ].flatMap(([name, port]) => [
      made("aws:lb/targetGroup:TargetGroup", `${name}-targets`, { name: `small-${name}` }),
      opening("Ingress", `${name}-in`, "cluster", "edge", Number(port)),
      opening("Egress", `${name}-out`, "edge", "cluster", Number(port)),
    ]),
  ];
}

function stored({ zones, database, cacheNodes }: Small): Resource[] {
  const subnets = (called: string[]) => ({ subnetIds: called.map((zone) => `database-${zone}`) });
  const rds = "aws:rds/subnetGroup:SubnetGroup";
  const server = { port: 5432 };
  const groups = { vpcSecurityGroupIds: ["database"] };
  return [
    made("aws:ec2/securityGroup:SecurityGroup", "database", {}),
    made("aws:ec2/securityGroup:SecurityGroup", "cache", {}),
    opening("Ingress", "pods-to-database", "database", "cluster", 5432),
    opening("Ingress", "pods-to-cache", "cache", "cluster", 6379),
    made("aws:elasticache/subnetGroup:SubnetGroup", "cache-subnets", {}, subnets(zones)),
    made(
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "store",
      {
        port: 6379,
        numCacheClusters: cacheNodes,
        preferredCacheClusterAzs: Array.from(
          { length: cacheNodes },
          (_, index) => zones[index % zones.length],
        ),
        automaticFailoverEnabled: true,
        multiAzEnabled: true,
      },
      { subnetGroupName: "cache-subnets", securityGroupIds: ["cache"] },
    ),
    ...(database === "cluster"
      ? [
          made(rds, "servers-subnets", {}, subnets(zones.slice(0, 3))),
          made(
            "aws:rds/cluster:Cluster",
            "servers",
            { ...server, dbClusterInstanceClass: "any", availabilityZones: zones.slice(0, 3) },
            { dbSubnetGroupName: "servers-subnets", ...groups },
          ),
        ]
      : [
          made(rds, "servers-subnets", {}, subnets(zones.slice(0, 2))),
          made(rds, "replica-subnets", {}, subnets(zones)),
          made(
            "aws:rds/instance:Instance",
            "servers",
            { ...server, multiAz: true },
            { dbSubnetGroupName: "servers-subnets", ...groups },
          ),
          made(
            "aws:rds/instance:Instance",
            "replica",
            { ...server, availabilityZone: zones[2] },
            { dbSubnetGroupName: "replica-subnets", replicateSourceDb: "servers", ...groups },
          ),
        ]),
  ];
}

function nodes(zones: string[]): Resource[] {
  return [
    made(
      "eks:index:Cluster",
      "cluster",
      {},
      { privateSubnetIds: zones.map((zone) => `private-${zone}`) },
    ),
    made("kubernetes:karpenter.sh/v1:NodePool", "nodes", {
      spec: {
        template: {
          spec: {
            nodeClassRef: { name: "default" },
            requirements: [{ key: "topology.kubernetes.io/zone", operator: "In", values: zones }],
          },
        },
      },
    }),
  ];
}

/** A workload with what belongs to it. */
function serving(
  { zones, replicas, budget }: Small,
  namespace: string,
  name: string,
  port: number,
): Resource[] {
  const labels = { app: name };
  const own = { matchLabels: labels };
  const blocks = (tier: string) => zones.map((zone) => ({ ipBlock: { cidr: range(tier, zone) } }));
  const ports = (...numbers: number[]) => numbers.map((each) => ({ port: each, protocol: "TCP" }));
  const names = { ports: [{ port: 53, protocol: "UDP" }] };
  const pods = (space: string, app: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": space } },
    podSelector: { matchLabels: { app } },
  });
  const flows: Record<string, Properties> = {
    page: { ingress: [{ from: blocks("public"), ports: ports(port) }], egress: [] },
    api: {
      ingress: [{ from: blocks("public"), ports: ports(port) }],
      egress: [
        names,
        { to: [pods("pool", "pooler")], ports: ports(6432) },
        { to: blocks("database"), ports: ports(6379) },
      ],
    },
    pooler: {
      ingress: [{ from: [pods("app", "api")], ports: ports(port) }],
      egress: [names, { to: blocks("database"), ports: ports(5432) }],
    },
  };
  const spec = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "kubernetes.io/hostname", labelSelector: own },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        topologyKey: "topology.kubernetes.io/zone",
        maxSkew: 1,
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: own,
      },
    ],
    containers: [
      {
        name,
        ports: [{ name: "main", containerPort: port }],
        resources: {
          requests: { cpu: "100m", memory: "64Mi" },
          limits: { cpu: "200m", memory: "128Mi" },
        },
      },
    ],
    ...(name === "pooler" ? { volumes: [{ configMap: { name } }] } : {}),
  };
  return [
    deployed("apps/v1:Deployment", namespace, name, {
      spec: { replicas, template: { metadata: { labels }, spec } },
    }),
    deployed("core/v1:Service", namespace, name, {
      spec: { selector: labels, ports: [{ name: "main", port, targetPort: "main" }] },
    }),
    deployed("policy/v1:PodDisruptionBudget", namespace, name, {
      spec: { selector: own, ...budget },
    }),
    deployed("networking.k8s.io/v1:NetworkPolicy", namespace, name, {
      spec: { podSelector: own, policyTypes: ["Ingress", "Egress"], ...flows[name] },
    }),
    ...(name === "pooler"
      ? []
      : [
          deployed("eks.amazonaws.com/v1:TargetGroupBinding", namespace, name, {
            spec: {
              targetGroupARN: `arn:aws:elasticloadbalancing:r:1:targetgroup/small-${name}/1`,
              serviceRef: { name, port: "main" },
            },
          }),
        ]),
  ];
}

/** With what determines a property replaced. */
export function leading(property: string, ...names: string[]): (resource: Resource) => Resource {
  return (resource) => ({
    ...resource,
    properties: {
      ...resource.properties,
      [property]: Array.isArray(resource.properties[property])
        ? names.map((name) => `id-${name}`)
        : `id-${names[0]}`,
    },
    propertyDependencies: { ...resource.propertyDependencies, [property]: names.map(urn) },
  });
}

/** Resources with the one of a type and name changed; undefined: without it. */
export function changed(
  resources: Resource[],
  type: string,
  name: string,
  change: (resource: Resource) => Resource | undefined,
): Resource[] {
  const found = resources.find((each) => each.type.endsWith(`:${type}`) && each.name === name);
  if (!found) throw new Error(`${type} ${name}: not in the small stack`);
  return resources.flatMap((each) => (each === found ? (change(found) ?? []) : [each]));
}
