import assert from "node:assert/strict";
import { survival } from "../../../../policies/models/survival/survival";
import { Stack, unknown, type Resource } from "../../../../policies/model/resource";
import { setting } from "../../support";
import { settings } from "../small";
import { changed, deployed, leading, made, small, three } from "./small";

/** What is broken, one problem a line. */
function broken(resources: Resource[]): string[] {
  return survival
    .lines(new Stack(resources), settings)
    .flatMap(({ broken: found }) => found.map(({ problem }) => problem));
}

const plan = small(three);
const pod = "spec/template/spec/";
const inZones = (...zones: string[]) => [
  { key: "topology.kubernetes.io/zone", operator: "In", values: zones },
];

/** A change of one object, and what of the problems it has to make. */
type Case = [title: string, resources: Resource[], ...problems: RegExp[]];

const deny = (direction: string, port: number) => ({
  [direction]: [
    {
      ruleNo: 1,
      action: "deny",
      protocol: "tcp",
      fromPort: port,
      toPort: port,
      cidrBlock: "0.0.0.0/0",
    },
    { ruleNo: 2, action: "allow", protocol: "-1", cidrBlock: "0.0.0.0/0" },
  ],
  [direction === "ingress" ? "egress" : "ingress"]: [
    { ruleNo: 1, action: "allow", protocol: "-1", cidrBlock: "0.0.0.0/0" },
  ],
});
const acl = (properties: object, ...subnets: string[]) =>
  made("aws:ec2/networkAcl:NetworkAcl", "acl", { ...properties }, { subnetIds: subnets });
const quota = (hard: object) =>
  deployed("core/v1:ResourceQuota", "app", "cheap", { spec: { hard } });
const limits = (...found: object[]) =>
  deployed("core/v1:LimitRange", "app", "cheap", { spec: { limits: found } });
const pool = (path: string, value: unknown) =>
  changed(plan, "NodePool", "nodes", setting(`spec/${path}`, value));
const api = (path: string, value: unknown) =>
  changed(plan, "Deployment", "app/api", setting(path, value));

const cases: Case[] = [
  [
    "a network ACL that stops answers from one subnet",
    [...plan, acl(deny("egress", 40000), "database-b")],
    /^nothing lost: poolers reach no database, because acl lets no port 5432 .* to database-b$/,
    /^nothing lost: the API reaches no cache, because acl lets no port 6379 .* to database-b$/,
  ],
  [
    "a network ACL without rules",
    [...plan, acl({}, "public-a")],
    /^nothing lost: users reach no load balancer, because acl /,
    /^nothing lost: users reach no page, because acl .* from public-a to private-c$/,
    /^nothing lost: pods reach neither images nor AWS, because acl .* from private-a to public-a$/,
  ],
  [
    "a quota of the namespace below what its pods want",
    [...plan, quota({ pods: "5" })],
    /^nothing lost: pods of the namespace app do not all start, because app\/cheap has hard\.pods 5/,
  ],
  [
    "a quota of memory below what its pods request",
    [...plan, quota({ "requests.memory": "383Mi" })],
    /^nothing lost: pods of the namespace app .* hard\.requests\.memory 383Mi/,
  ],
  [
    "a quota of what nobody counts here",
    [...plan, quota({ "count/secrets": "1" })],
    /^nothing lost: pods of the namespace app .* hard\.count\/secrets 1/,
  ],
  [
    "a limit range below what a container is limited to",
    [...plan, limits({ type: "Container", max: { memory: "64Mi" } })],
    /^nothing lost: app\/page gets no pods, because app\/cheap refuses/,
    /^nothing lost: app\/api gets no pods, because app\/cheap refuses/,
  ],
  [
    "a node pool in two zones",
    pool("template/spec/requirements", inZones("a", "b")),
    ...["a", "b"].flatMap((zone) =>
      ["app/page", "app/api", "pool/pooler"].flatMap((name) => [
        new RegExp(
          `^zone ${zone} lost: 1 of 3 pods are left where 2 are promised, because ${name} `,
        ),
        new RegExp(`^subnet private-${zone} lost: 1 of 3 pods are left .* because ${name} `),
      ]),
    ),
  ],
  [
    "a second requirement of the zone",
    pool("template/spec/requirements", [...inZones("a", "b", "c"), ...inZones("c")]),
    ...["zone c", "subnet private-c"].flatMap((what) =>
      ["app/page", "app/api", "pool/pooler"].map(
        (name) => new RegExp(`^${what} lost: 0 of 3 pods are left .* because ${name} `),
      ),
    ),
  ],
  [
    "a taint that pods do not tolerate",
    pool("template/spec/taints", [{ key: "batch", effect: "NoSchedule" }]),
    ...["app/page", "app/api", "pool/pooler"].map(
      (name) => new RegExp(`^nothing lost: ${name} has no pods, because ${name} fits no node pool`),
    ),
  ],
  [
    "requirements that cannot be seen",
    pool("template/spec/requirements", unknown),
    ...["app/page", "app/api", "pool/pooler"].map(
      (name) => new RegExp(`^nothing lost: ${name} has no pods, because ${name} fits no node pool`),
    ),
  ],
  [
    "a selector of nodes that cannot be seen",
    api(`${pod}nodeSelector`, unknown),
    ...["a", "b", "c"].flatMap((zone) => [
      new RegExp(`^zone ${zone} lost: 0 of 3 pods are left .* because app/api `),
      new RegExp(`^subnet private-${zone} lost: 0 of 3 pods are left .* because app/api `),
    ]),
    /^a node lost: 0 of 3 pods are left/,
  ],
  [
    "a node class that is not there",
    pool("template/spec/nodeClassRef/name", "other"),
    ...["app/page", "app/api", "pool/pooler"].map(
      (name) => new RegExp(`^nothing lost: ${name} has no pods`),
    ),
  ],
  [
    "a node pool without room for a zone's successors",
    pool("limits", { cpu: "1199m" }),
    /^nothing lost: pods of a lost zone get no successors, because nodes has spec\.limits\.cpu 1199m/,
  ],
  [
    "an affinity to one zone",
    api(`${pod}affinity/nodeAffinity`, {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: inZones("b") }],
      },
    }),
    /^zone b lost: 0 of 3 pods are left where 2 are promised, because app\/api may have 3 of them in one zone$/,
    /^subnet private-b lost: 0 of 3 pods are left/,
  ],
  [
    "pods that may share a host",
    api(`${pod}affinity/podAntiAffinity`, undefined),
    // The spreading over zones leaves one host at most a zone's share: here that is one.
  ],
  [
    "pods that may share a host and a zone",
    changed(api(`${pod}affinity/podAntiAffinity`, undefined), "Deployment", "app/api", (found) =>
      setting(`${pod}topologySpreadConstraints/0/maxSkew`, 2)(found),
    ),
    ...["a", "b", "c"].flatMap((zone) => [
      new RegExp(`^zone ${zone} lost: 1 of 3 pods are left`),
      new RegExp(`^subnet private-${zone} lost: 1 of 3 pods are left`),
    ]),
    /^a node lost: 1 of 3 pods are left .* app\/api may have 2 of them on one node$/,
  ],
  [
    "a spread that counts the pods of another, too",
    api(`${pod}topologySpreadConstraints/0/labelSelector`, {
      matchExpressions: [{ key: "app", operator: "In", values: ["api", "page"] }],
    }),
    ...["a", "b", "c"].flatMap((zone) => [
      new RegExp(`^zone ${zone} lost: 0 of 3 pods are left .* because app/api `),
      new RegExp(`^subnet private-${zone} lost: 0 of 3 pods are left .* because app/api `),
    ]),
  ],
  [
    "one volume for all pods",
    api(`${pod}volumes`, [{ persistentVolumeClaim: { claimName: "shared" } }]),
    ...["a", "b", "c"].flatMap((zone) => [
      new RegExp(`^zone ${zone} lost: 0 of 3 pods are left`),
      new RegExp(`^subnet private-${zone} lost: 0 of 3 pods are left`),
    ]),
    /^a node lost: 0 of 3 pods are left/,
  ],
  [
    "a budget that promises more than there is",
    changed(plan, "PodDisruptionBudget", "app/page", (found) => ({
      ...found,
      properties: {
        ...found.properties,
        spec: { ...(found.properties.spec as object), maxUnavailable: undefined, minAvailable: 4 },
      },
    })),
    /^nothing lost: 3 of 3 pods are left where 4 are promised, because app\/page has a disruption budget/,
    /^a node lost: 2 of 3 pods are left where 4 are promised/,
    /^a pod of app\/page lost: 2 of 3 pods are left where 4 are promised/,
  ],
  [
    "a load balancer in one subnet",
    changed(plan, "LoadBalancer", "balancer", leading("subnets", "public-b")),
    /^zone b lost: users reach no load balancer, because balancer stands in b$/,
    /^the node of balancer in public-b lost: users reach no load balancer/,
    /^subnet public-b lost: users reach no load balancer/,
  ],
  [
    "a load balancer whose list names fewer subnets than determine it",
    changed(plan, "LoadBalancer", "balancer", setting("subnets", [unknown])),
    /^nothing lost: users reach no load balancer, because balancer stands in no known zone$/,
  ],
  [
    "a route whose gateway may be any",
    changed(plan, "Route", "route-private-a", leading("natGatewayId", "nat-a", "nat-b")),
    /^zone b lost: pods reach neither images nor AWS, because private-a routes to nat-b in b$/,
    /^nat-b lost: /,
    /^subnet public-b lost: /,
  ],
  [
    "a private subnet without a way out",
    plan.filter(({ name }) => name !== "route-private-c"),
    /^nothing lost: pods reach neither images nor AWS, because private-c has no route to a NAT gateway$/,
  ],
  [
    "a default route past the NAT gateway",
    changed(plan, "Route", "route-private-c", (found) => ({
      ...leading("gatewayId", "internet")(found),
      propertyDependencies: { ...found.propertyDependencies, natGatewayId: [] },
    })),
    /^nothing lost: pods reach neither images nor AWS, because private-c has no route to a NAT gateway$/,
  ],
  [
    "a NAT gateway in a subnet without a way out",
    changed(plan, "NatGateway", "nat-a", leading("subnetId", "database-a")),
    /^nothing lost: pods reach neither images nor AWS, because nat-a stands in database-a, which has no way out$/,
  ],
  [
    "an interface endpoint in one zone",
    [
      ...plan,
      made(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "tokens",
        { vpcEndpointType: "Interface", serviceName: "sts" },
        { subnetIds: ["private-a"] },
      ),
    ],
    /^zone a lost: pods reach no sts, because tokens stands in a$/,
    /^subnet private-a lost: pods reach no sts/,
  ],
  [
    "a cache that promotes nobody",
    changed(plan, "ReplicationGroup", "store", setting("automaticFailoverEnabled", false)),
    ...["zone a", "zone b", "zone c", "a node of store", ..."abc"].map(
      (what) =>
        new RegExp(
          `^${what.length === 1 ? `subnet database-${what}` : what} lost: the API reaches no cache, because store promotes no replica`,
        ),
    ),
  ],
  [
    "cache nodes that all prefer one zone",
    changed(
      plan,
      "ReplicationGroup",
      "store",
      setting("preferredCacheClusterAzs", ["a", "a", "a"]),
    ),
    /^zone a lost: the API reaches no cache/,
    /^subnet database-a lost: the API reaches no cache/,
  ],
  [
    "an instance without a standby",
    changed(
      small({ ...three, database: "instance" }),
      "Instance",
      "servers",
      setting("multiAz", false),
    ),
    ...["zone a", "zone b", "a server of servers", "subnet database-a", "subnet database-b"].map(
      (what) => new RegExp(`^${what} lost: poolers reach no writer, because servers stands in`),
    ),
  ],
  [
    "an instance without a replica",
    small({ ...three, database: "instance" }).filter(({ name }) => name !== "replica"),
    ...["zone a", "zone b", "a server of servers", "subnet database-a", "subnet database-b"].map(
      (what) => new RegExp(`^${what} lost: poolers reach no reader while a writer is promoted`),
    ),
  ],
  [
    "a replica beside its writer",
    changed(
      small({ ...three, database: "instance" }),
      "Instance",
      "replica",
      setting("availabilityZone", "b"),
    ),
    /^zone b lost: poolers reach no reader while a writer is promoted, because servers /,
    /^subnet database-b lost: poolers reach no reader while/,
  ],
  [
    "pods that may not ask for names",
    changed(plan, "NetworkPolicy", "app/api", setting("spec/egress/0", undefined)),
    /^nothing lost: app\/api resolves no name, because app\/api /,
  ],
  [
    "a pooler that lets another namespace in",
    changed(
      plan,
      "NetworkPolicy",
      "pool/pooler",
      setting("spec/ingress/0/from/0/namespaceSelector/matchLabels", { team: "other" }),
    ),
    /^nothing lost: the API reaches no pooler, because pool\/pooler \(NetworkPolicy\) lets no port 6432 through from app\/api$/,
  ],
  [
    "a target group that no pods are bound to",
    plan.filter(({ type, name }) => !(type.endsWith("TargetGroupBinding") && name === "app/api")),
    /^nothing lost: api-targets leads to no pods, because no TargetGroupBinding names it$/,
  ],
  [
    "a service that selects nobody",
    changed(plan, "Service", "pool/pooler", setting("spec/selector", { app: "gone" })),
    /^nothing lost: pool\/pooler leads to no pods, because no service leads to its port 6432$/,
  ],
];

describe("survival, object by object", () => {
  it("passes the small stack", () => assert.deepEqual(broken(plan), []));

  for (const [title, resources, ...expected] of cases)
    it(`${expected.length === 0 ? "passes" : "names"} ${title}`, () => {
      const found = broken(resources);
      for (const pattern of expected)
        assert.ok(
          found.some((problem) => pattern.test(problem)),
          `${String(pattern)} in\n${found.join("\n")}`,
        );
      const others = found.filter((problem) => !expected.some((each) => each.test(problem)));
      // A network ACL without rules stops whatever crosses its subnets.
      if (title !== "a network ACL without rules") assert.deepEqual(others, []);
    });

  it("says nothing twice", () => {
    const found = broken([...plan, quota({ pods: "1" }), limits({ max: { cpu: "1m" } })]);
    assert.equal(new Set(found).size, found.length);
  });

  it("lets a quota, a limit and an ACL be that are wide enough", () => {
    const open = { ruleNo: 1, action: "allow", protocol: "-1", cidrBlock: "0.0.0.0/0" };
    const wide = [
      quota({ pods: "6", "limits.memory": "1Gi", cpu: 2 }),
      limits({ type: "Container", max: { memory: "128Mi" }, min: { cpu: "100m" } }),
      acl({ ingress: [open], egress: [open] }, "public-a", "database-b"),
    ];
    assert.deepEqual(broken([...plan, ...wide]), []);
    assert.deepEqual(broken(pool("limits", { cpu: 2, memory: "2Gi" })), []);
  });
});
