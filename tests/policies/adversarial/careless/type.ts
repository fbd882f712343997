import { edits, type Edit } from "../edit";
import { cache, network, watching } from "../files";

export const type: Edit[] = [
  ...edits("type", "charts/mini-xdr/templates/service-account.yaml", [
    [
      "a quota of pods",
      /$/,
      '\n---\napiVersion: v1\nkind: ResourceQuota\nmetadata: { name: cheap }\nspec: { hard: { pods: "3" } }\n',
    ],
    [
      "a range of limits",
      /$/,
      "\n---\napiVersion: v1\nkind: LimitRange\nmetadata: { name: cheap }\nspec: { limits: [{ type: Container, max: { memory: 64Mi } }] }\n",
    ],
    [
      "an autoscaler of an earlier version",
      /$/,
      "\n---\napiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: { name: old }\nspec: { maxReplicas: 1, scaleTargetRef: { kind: Deployment, name: mini-xdr-backend } }\n",
    ],
    [
      "a stateful set of its own",
      /$/,
      "\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: store }\nspec: { replicas: 1, serviceName: store, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [] } } }\n",
    ],
    [
      "a webhook that refuses pods",
      /$/,
      "\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: { name: no }\nwebhooks: []\n",
    ],
    [
      "a custom resource that makes pods",
      /$/,
      "\n---\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: cheap }\nspec: { instances: 1 }\n",
    ],
  ]),
  ...edits("type", cache, [
    [
      "a user of the cache with every right",
      "    const securityGroup = this.securityGroup();\n    const group",
      '    const securityGroup = this.securityGroup();\n    new elasticache.User(`${name}-user`, { userId: "u", userName: "u", engine: "valkey", accessString: "on ~* +@all", noPasswordRequired: true }, { parent: this });\n    const group',
    ],
  ]),
  ...edits("type", network, [
    [
      "a network ACL that denies",
      '    const table = this.routeTable("public", vpc);',
      '    new ec2.NetworkAcl(`${this.name}-acl`, { vpcId: vpc.id, subnetIds: subnets.map((s) => s.database.id) }, { parent: this });\n    const table = this.routeTable("public", vpc);',
    ],
    [
      "a peering with another network",
      '    const table = this.routeTable("public", vpc);',
      '    new ec2.VpcPeeringConnection(`${this.name}-peer`, { vpcId: vpc.id, peerVpcId: "vpc-1" }, { parent: this });\n    const table = this.routeTable("public", vpc);',
    ],
    [
      "resolvers that nobody runs",
      '    const table = this.routeTable("public", vpc);',
      '    new ec2.VpcDhcpOptions(`${this.name}-dhcp`, { domainNameServers: ["10.0.0.1"] }, { parent: this });\n    const table = this.routeTable("public", vpc);',
    ],
  ]),
  ...edits("type", watching, [
    [
      "a patch of a deployment",
      "    this.registerOutputs({});",
      '    new k8s.apps.v1.DeploymentPatch(`${name}-patch`, { metadata: { name: "coredns", namespace: "kube-system" }, spec: { replicas: 1 } }, { parent: this, provider: opts.provider });\n    this.registerOutputs({});',
    ],
  ]),
  ...edits("type", "charts/pgbouncer/templates/service-account.yaml", [
    [
      "classes of priority",
      /$/,
      "\n---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: first }\nvalue: 1000000\nglobalDefault: true\n",
    ],
    [
      "a policy that changes pods",
      /$/,
      "\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: { name: defaults }\nwebhooks: []\n",
    ],
  ]),
];
